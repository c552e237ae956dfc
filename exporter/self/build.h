/* build.h - which program this is; filled in by CMake. */
#ifndef SELF_BUILD_H
#define SELF_BUILD_H

extern const char build_version[];  /* "0.1.0" */
extern const char build_revision[]; /* git commit, or "unknown" */
extern const char build_compiler[]; /* "GNU 12.2.0" */

#endif
