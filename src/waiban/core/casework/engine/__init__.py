"""The token engine: BPMN 2.0 in, a marking and what may be done next out.

Pure Python: no database, no clock, no domain. `parse` reads the documented subset, `walk` moves
tokens, `check` proves a process before it is published. docs/casework.md describes the subset.
"""
