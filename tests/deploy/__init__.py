"""What deploy/ says to Prometheus, Grafana and Compose."""
