/* landing_style.h - the style sheet of the landing page, made of landing.css. */
#ifndef PAGES_LANDING_STYLE_H
#define PAGES_LANDING_STYLE_H

extern const char landing_style[];
extern const char landing_style_hash[]; /* "sha256-…=", for the Content-Security-Policy */

#endif
