"""What stands between the web server and Django: limits of requests, threads, answers (ADR 10)."""
