"""Emulated balances on an emulated radio behind an emulated BlueZ: for training, the demonstration and the tests."""
