"""Makes from one inventory what a fleet of exporters needs: see docs/fleet.md."""
