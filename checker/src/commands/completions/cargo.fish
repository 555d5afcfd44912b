
# The names of the exercises of the course that contains the current folder.
function __checker_exercises
    set -l dir $PWD
    while test -n "$dir"; and not test -d "$dir/exercises"
        set dir (string replace -r '/[^/]*$' '' -- $dir)
    end
    for manifest in $dir/exercises/*/*/Cargo.toml
        string replace -r '.*/[0-9]*_?([^/]+)/Cargo\.toml$' '$1' -- $manifest
    end
end

# What could follow `cargo checker WORDS` is what could follow `checker WORDS`.
function __checker_of_cargo
    set -l words (commandline -opc)
    set -l at (contains -i -- checker $words)
    set -e words[1..$at]
    complete -C "checker "(string join ' ' -- $words (commandline -ct))
end

complete -c cargo -n "not __fish_seen_subcommand_from checker" -a checker -d "@ABOUT@"
complete -c cargo -n "__fish_seen_subcommand_from checker" -f -a "(__checker_of_cargo)"
