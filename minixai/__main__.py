"""``python -m minixai``."""

import sys

from minixai.cli import main

sys.exit(main())
