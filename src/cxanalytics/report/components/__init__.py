"""The parts that pages are made of: each takes values and gives escaped HTML."""
