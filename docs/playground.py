"""Take the README's picture of the playground anew: `.venv/bin/python docs/playground.py`. It needs Chromium."""

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

command = [sys.executable, "-m", "chainrule", "play", "--no-browser"]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
    address = server.stdout.readline().strip()
    chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.goto(address)
    page.click(".first .close")
    page.select_option("select[name=set]", "spiral")
    page.wait_for_timeout(6000)  # on a first visit it trains by itself
    page.screenshot(path=Path(__file__).with_name("playground.png"))
    server.terminate()
