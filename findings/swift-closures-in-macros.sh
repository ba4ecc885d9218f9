#!/usr/bin/env bash
# Swift 6.3.1 calls an incorrect closure: a closure inside an expression macro replaces a later one.
#
# If a closure contains a macro such as #expect or #require whose argument contains a closure, the next closure of the
# same type outside the macro is compiled as the one inside. `names.filter { $0 != "b" }` after
# `#require(names.first { $0 == "b" })` keeps "b" and drops the others. There is no error or warning, in debug and
# release. Directly in a function, in the other order, or with the closure outside the macro, the result is correct.
#
# Exit status 0: as described. 1: something has changed. Needs swift (with its own Testing library); leaves nothing
# behind.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/Tests/ClosureTests"
cat > "$folder/Package.swift" <<'SWIFT'
// swift-tools-version: 6.0
import PackageDescription
let package = Package(name: "Closures", targets: [.testTarget(name: "ClosureTests")])
SWIFT
cat > "$folder/Tests/ClosureTests/Closures.swift" <<'SWIFT'
import Testing

func call(_ body: () throws -> Void) rethrows { try body() }

@Test func insideAClosure() throws {
  try call {
    let names = ["a", "b", "c"]
    let found = try #require(names.first { $0 == "b" })
    let others = names.filter { $0 != "b" }
    print("inside a closure:", found, others)
  }
}

@Test func inAFunction() throws {
  let names = ["a", "b", "c"]
  let found = try #require(names.first { $0 == "b" })
  let others = names.filter { $0 != "b" }
  print("in a function:", found, others)
}

@Test func outsideTheMacro() throws {
  try call {
    let names = ["a", "b", "c"]
    let first = names.first { $0 == "b" }
    let found = try #require(first)
    let others = names.filter { $0 != "b" }
    print("outside the macro:", found, others)
  }
}
SWIFT
swift --version 2>&1 | grep -o 'Swift version [^ ]*'
output=$(swift test --package-path "$folder" 2>&1 | grep -E '^(inside|in a|outside)' | sort)
echo "$output"
expected='in a function: b ["a", "c"]
inside a closure: b ["b"]
outside the macro: b ["a", "c"]'
[ "$output" = "$expected" ]
