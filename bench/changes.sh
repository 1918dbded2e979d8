#!/bin/sh
# Loads DAYS (60) of generated changes in one go, day by day and in a shuffled order; the tables must be equal, history included.
set -eu
cd "$(dirname "$0")/.."
dotnet build tests/Cartage.Tests -v q -nologo
CARTAGE_CHANGE_DAYS="${1:-60}" artifacts/bin/Cartage.Tests/debug/Cartage.Tests --no-progress --filter-class '*EndToEnd.Changes'
