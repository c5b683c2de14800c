"""The device bridge: brings readings of balances into the log, without losing, doubling or reordering one."""
