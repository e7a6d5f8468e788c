"""The benchmark: `make bench`."""

import warnings

warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")  # the embedded PostgreSQL then uses /tmp
