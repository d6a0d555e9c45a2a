"""HTTP: one flat route table, one handler module per noun."""
