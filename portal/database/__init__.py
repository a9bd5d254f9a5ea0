"""Django's PostgreSQL backend with deadlines: no process waits for ever for a database that hangs.

ENGINE of DATABASES names this package, and Django takes `base.DatabaseWrapper` from it (ADR 10).
"""
