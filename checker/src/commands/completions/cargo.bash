
# The names of the exercises of the course that contains the current folder.
_checker_exercises() {
    local dir=$PWD folder
    while [[ -n $dir && ! -d $dir/exercises ]]; do dir=${dir%/*}; done
    for folder in "$dir"/exercises/*/*/; do
        folder=${folder%/}
        [[ -f $folder/Cargo.toml ]] || continue
        folder=${folder##*/}
        printf '%s\n' "${folder#*_}"
    done
}

# Completes `checker WORDS`.
_checker_words() {
    _checker checker "$2" "$3"
    local word path=""
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $word == -* ]] || path+="${path:+ }$word"
        case $path in
            @PATHS@)
                [[ $2 == -* ]] || COMPREPLY+=($(compgen -W "$(_checker_exercises)" -- "$2"))
                break
                ;;
        esac
    done
}

# Completes `cargo checker WORDS`, and leaves everything else of cargo to the completion that was there before.
_checker_of_cargo() {
    local at=1
    [[ ${COMP_WORDS[1]} == +* ]] && at=2
    if [[ ${COMP_WORDS[at]} == checker && $COMP_CWORD -gt $at ]]; then
        COMP_WORDS=("${COMP_WORDS[@]:at}")
        COMP_CWORD=$((COMP_CWORD - at))
        _checker_words checker "$2" "$3"
    elif [[ -n $_checker_before ]]; then
        "$_checker_before" "$@"
    elif [[ $COMP_CWORD -eq $at ]]; then
        COMPREPLY=($(compgen -W checker -- "$2"))
    fi
}

if ! complete -p cargo &>/dev/null; then
    declare -F _comp_load &>/dev/null && _comp_load cargo &>/dev/null
    declare -F __load_completion &>/dev/null && __load_completion cargo &>/dev/null
fi
if [[ $(complete -p cargo 2>/dev/null) =~ -F\ ([^ ]+) && ${BASH_REMATCH[1]} != _checker_of_cargo ]]; then
    _checker_before=${BASH_REMATCH[1]}
fi
complete -F _checker_of_cargo -o bashdefault -o default cargo
complete -F _checker_words -o bashdefault -o default checker
