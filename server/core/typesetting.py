"""Where the fonts are that printed pages and labels are set in."""

# Debian's fonts-noto-cjk; the system's other fonts are left out, so that every machine prints the same pages.
FONTS = "/usr/share/fonts/opentype/noto"
