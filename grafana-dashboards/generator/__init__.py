"""Makes the dashboards: `python3 grafana-dashboards/generator` writes the JSON beside this folder."""
