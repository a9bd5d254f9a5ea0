"""What a service can ask: one module for each kind of question.

`base` is the contract of a kind, `registry` the closed list of kinds, `specification` reads what a
service asks.
"""
