#!/usr/bin/env bash
# swift-argument-parser 1.8.2: completions of bash stop at the first subcommand if the root command takes words after `--`.
#
# A root command with subcommands may declare `@Argument(parsing: .postTerminator) var words: [String]`: all words after `--`.
# Parsing works as documented: words before `--` are never taken for it. The generated completion script treats the
# argument as any other repeating positional one. It consumes the name of the subcommand and all words after it, so that
# nothing is offered after a subcommand: no file, no option, no value. The subcommand's own name is still completed.
# Without the declaration the same line completes.
#
# Exit status 0: as described. 1: something has changed. Needs Swift 6.1, bash and the network; leaves nothing behind.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/Sources/with" "$folder/Sources/without"
cat > "$folder/Package.swift" <<'SWIFT'
// swift-tools-version: 6.1
import PackageDescription
let parser: [Target.Dependency] = [.product(name: "ArgumentParser", package: "swift-argument-parser")]
let package = Package(
  name: "words", dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")],
  targets: [
    .executableTarget(name: "with", dependencies: parser), .executableTarget(name: "without", dependencies: parser),
  ])
SWIFT
for name in with without; do
  words=
  [ "$name" = with ] && words='@Argument(parsing: .postTerminator) var words: [String] = []'
  cat > "$folder/Sources/$name/main.swift" <<SWIFT
import ArgumentParser
struct Root: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "$name", subcommands: [Paint.self])
  $words
}
struct Paint: ParsableCommand {
  @Option(completion: .list(["red", "green"])) var colour: String
  @Flag var shiny = false
  func run() { print("painted", colour) }
}
Root.main()
SWIFT
done
swift build --package-path "$folder" --product with >&2
swift build --package-path "$folder" --product without >&2

# What bash offers for the last word of a line.
offered() {
  local program=$1
  "$folder/.build/debug/$program" --generate-completion-script bash > "$folder/$program.bash"
  bash --norc -c '
    source "$1"; shift
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
    "_$1" "$1" "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
    echo "${COMPREPLY[*]}"' - "$folder/$program.bash" "$@"
}
parsed=$("$folder/.build/debug/with" paint --colour red)
echo "with paint --colour red: $parsed"
status=0
check() {
  local found
  found=$(offered "${@:2}")
  echo "${*:2}<TAB>: '${found}'"
  [ "$found" = "$1" ] || status=1
}
[ "$parsed" = "painted red" ] || status=1
check paint with pa
check "" with paint --sh
check paint without pa
check --shiny without paint --sh
exit $status
