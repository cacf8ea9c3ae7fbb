"""The demo's server process."""

import sys

from waiban.site import serve

if __name__ == "__main__":
    sys.exit(serve.main(["--port", sys.argv[1]]))
