"""Settings: YAML to values, every complaint with file, line, column and a hint."""

from aggregator.settings.addresses import is_public_base
from aggregator.settings.finding import find_config
from aggregator.settings.loading import load_settings
from aggregator.settings.schema import json_schema
from aggregator.settings.showing import show_source
from aggregator.settings.starter import STARTER, starter_config
from aggregator.settings.values import HostGroup, Layer, Network, Origin, Server, Settings, Site

__all__ = [
    "STARTER",
    "HostGroup",
    "Layer",
    "Network",
    "Origin",
    "Server",
    "Settings",
    "Site",
    "find_config",
    "is_public_base",
    "json_schema",
    "load_settings",
    "show_source",
    "starter_config",
]
