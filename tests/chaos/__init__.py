"""The promise under attack: the server is killed, starved, locked out and cut off, and a ledger knows what it owes."""
