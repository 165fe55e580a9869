#!/bin/sh
# luacharm completion and the manual page: both are made from the tables of commands.
. "${TESTS:-tests}/lib/tap.sh"

workdir
mkdir bin
ln -s "$LUACHARM" bin/luacharm
PATH=$TAP_DIR/bin:$PATH

# What bash would offer for a line, whose last word is still being typed.
completes() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    bash -c '
        source <(luacharm completion bash)
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        _luacharm
        echo "${COMPREPLY[*]}"' bash "$@" | tr '\n' ' '
}

is 'bash completes a command' "$(completes luacharm dis)" 'dispatch '
is 'and a verb' "$(completes luacharm model dep)" 'deploy '
is 'and an option of a verb' "$(completes luacharm model deploy --num)" '--num-units '
is 'and what help is wanted for' "$(completes luacharm help model dep)" 'deploy '
is 'an unknown word completes to nothing' "$(completes luacharm nosuch '')" ' '
"$LUACHARM" help | sed -n 's/^  \([a-z0-9]*\) .*/\1/p' | sort >commands
"$LUACHARM" completion words | cut -f 1 | sort >offered
passes 'every command is offered' cmp commands offered
has 'with its summary for zsh and fish' "$("$LUACHARM" completion words)" "version	the version"
passes 'there is a script for zsh' "$LUACHARM" completion zsh
has 'that names our command' "$(cat "$OUT")" '#compdef luacharm'
passes 'there is one for fish' "$LUACHARM" completion fish
has 'that names it too' "$(cat "$OUT")" 'complete -c luacharm'
fails 'another shell' 2 "expected bash, zsh or fish, got 'tcsh'" "$LUACHARM" completion tcsh
fails 'no shell' 2 'completion: ' "$LUACHARM" completion

passes 'there is a manual page' "$LUACHARM" help --man
for command in $(cat commands); do
    grep -q "luacharm $command" "$OUT" || echo "$command" >>missing
done
is 'which has every command' "$(cat missing 2>/dev/null)" ''
has 'and every option' "$(cat "$OUT")" '\-\-num\-units'
is 'no line of it begins with an unknown request' \
    "$(grep '^\.' "$OUT" | grep -v '^\.\(TH\|SH\|TP\|B\|BR\|RS\|RE\)\( \|$\)')" ''
make -s -C "$TESTS/.." install DESTDIR="$TAP_DIR/root" PREFIX=/usr >/dev/null 2>&1
is 'make install brings them' "$(cd root && find . -type f | sort)" './usr/bin/luacharm
./usr/share/bash-completion/completions/luacharm
./usr/share/fish/vendor_completions.d/luacharm.fish
./usr/share/man/man1/luacharm.1
./usr/share/zsh/site-functions/_luacharm'
done_testing
