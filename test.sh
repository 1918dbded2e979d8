#!/usr/bin/env bash
# Builds everything and runs every test; ends with one line: N passed, N failed, N skipped.
#   --no-install     do not install Debian packages that tests use
#   REQUIRE=a,b      a test that would be skipped for reason a or b fails instead
set -u
cd "$(dirname "$0")" || exit 1
install=yes
for argument in "$@"; do
  case $argument in
    --no-install) install=no ;;
    *) echo "test.sh: there is no option $argument (there is --no-install)" >&2; exit 2 ;;
  esac
done

# What tests use beyond the SDK and npm: the command that must be there, and the Debian package that brings it.
needs=()
command -v mount >/dev/null || needs+=(mount)
command -v chromium >/dev/null || needs+=(chromium)
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || needs+=(postgresql)
for package in radosgw ceph-mon ceph-osd; do command -v $package >/dev/null || needs+=("$package"); done
command -v radosgw-admin >/dev/null && command -v monmaptool >/dev/null || needs+=(ceph-common)
if [ ${#needs[@]} -gt 0 ]; then
  if [ $install = yes ] && [ "$(id -u)" = 0 ]; then
    echo "Installing from Debian, for the tests: ${needs[*]}"
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${needs[@]}" || echo "Some could not be installed; the tests that need them are skipped."
  else
    echo "Some tests are skipped; this would let them run: apt-get install --no-install-recommends ${needs[*]}"
  fi
fi

dotnet build -c Release -v q -nologo || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet test -c Release --no-build 2>&1 | tee "$log"
code=${PIPESTATUS[0]}
count() { sed -n "s/^ *$1: *\([0-9][0-9]*\)$/\1/p" "$log" | tail -n 1; }
passed=$(count succeeded) failed=$(count failed) skipped=$(count skipped)
if [ -z "$passed" ] || [ "$passed" = 0 ]; then code=1; fi
if [ "${failed:-0}" != 0 ]; then code=1; fi
echo "${passed:-0} passed, ${failed:-0} failed, ${skipped:-0} skipped"
exit "$code"
