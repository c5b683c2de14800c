"""The site as a whole: backup and restore, erasure after retention, archive, upgrades."""
