"""The configuration: a declared tree (`tree`), read from flags, environment and file (`load`)."""

from pushbell.config.load import OPTIONS, ConfigError, effective, load_config
from pushbell.config.sources import Problem
from pushbell.config.tree import Config, Limits, Log, Messages, Metrics, Option, Push, Section, Server, Streams

__all__ = [
    "OPTIONS",
    "Config",
    "ConfigError",
    "Limits",
    "Log",
    "Messages",
    "Metrics",
    "Option",
    "Problem",
    "Push",
    "Section",
    "Server",
    "Streams",
    "effective",
    "load_config",
]
