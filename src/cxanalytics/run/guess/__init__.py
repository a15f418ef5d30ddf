"""What do files look like that nobody has described yet?

Each part says what it decided and why; nothing here writes a file.
"""
