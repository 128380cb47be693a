# Where the tools of this project are; sourced by the scripts beside it.
export PATH="$PWD/target/tools/bin:$PWD/node_modules/.bin:$PATH"
export CHROME="${CHROME:-chromium}"
export CHROMEDRIVER="${CHROMEDRIVER:-chromedriver}"
