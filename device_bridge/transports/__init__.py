"""Transports: how bytes come and go. Only files in here import bleak or open sockets to devices."""
