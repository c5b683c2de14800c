"""What somebody asks to be bought: raised by store or planning, decided by a flow."""
