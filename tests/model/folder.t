#!/bin/sh
# The model's folder: whose it is, one that cannot be written to, one that is damaged, and what is
# left in it when applications go.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

# Root may do anything to anybody's files: then another user does what is tested here.
if [ "$(id -u)" -eq 0 ]; then
    chmod 755 .
    cp "$LUACHARM" luacharm && chmod 755 luacharm
    stranger() { setpriv --reuid=65534 --regid=65534 --clear-groups "$TAP_DIR/luacharm" model "$@"; }
    lock_out() { chmod 700 .luacharm; }
else
    stranger() { model "$@"; }
    lock_out() { chmod 000 .luacharm; }
fi
dump() { sqlite3 -readonly "$1/model.db" .dump; }

quiet model new
quiet model deploy "$charms/plain"
quiet model settle

# --- somebody else's

lock_out
fails "another user's model" 1 "cannot use the model in '.luacharm': permission denied: it is $(id -un)'s" stranger status
fails 'nor can it be worked on' 1 "permission denied: it is $(id -un)'s" stranger settle
fails 'nor destroyed' 1 "permission denied: it is $(id -un)'s" stranger destroy
chmod 700 .luacharm

# --- one that can only be read

without_time() { sed 's/T[0-9:]*Z$//'; }
wanted=$(model status | without_time)
before=$(dump .luacharm)
chmod 444 .luacharm/model.db .luacharm/lock
chmod -R a+rX,a-w .luacharm
is 'a read-only model can be looked at' "$(stranger status 2>&1 | without_time)" "$wanted"
for verb in 'show-unit plain/0' secrets debug-log 'config plain' 'status --json'; do
    # shellcheck disable=SC2086 # words
    passes "a read-only model: $verb" stranger $verb
done
for verb in settle 'integrate plain plain' 'add-unit plain' 'set-leader plain/0' 'remove-application plain' \
    'fire plain/0 start' destroy; do
    # shellcheck disable=SC2086 # words
    fails "a read-only model is not changed: $verb" 1 "cannot change the model in '" stranger $verb
done
chmod -R u+w .luacharm
is 'and it is as it was' "$(dump .luacharm)" "$before"

# A command that was killed has left its log, which is not yet in the database.
mkdir -p '100%?#'
cp -r .luacharm '100%?#/model'
sqlite3 '100%?#/model/model.db' 'PRAGMA wal_autocheckpoint = 0; UPDATE unit SET message = "in the log";' \
    '.shell cp 100%?#/model/model.db-wal 100%?#/model/model.db-shm .' >/dev/null
cp model.db-wal model.db-shm '100%?#/model'
cp .luacharm/model.db '100%?#/model/model.db'
chmod -R a+rX,a-w '100%?#'
has 'a read-only model with a log is read with it' "$(stranger status -m '100%?#/model' 2>&1)" 'in the log'
chmod -R u+w '100%?#'

# --- one that is damaged

cp -r .luacharm broken
printf 'nonsense' | dd of=broken/model.db conv=notrunc 2>/dev/null
fails 'a damaged model is told' 1 'broken/model.db: file is not a database' model status -m broken
passes 'and can be destroyed' model destroy -m broken
is 'with all that was in it' "$(ls -d broken 2>/dev/null)" ''
cp -r .luacharm broken
dd if=/dev/zero of=broken/model.db bs=4096 seek=1 count=3 conv=notrunc 2>/dev/null
fails 'so is one that is damaged inside' 1 'malformed' model settle -m broken
passes 'which can be destroyed too' model destroy -m broken
mkdir strange
sqlite3 strange/model.db 'CREATE TABLE mine (x)'
fails 'a database of somebody else is not destroyed' 1 "no model in" model destroy -m strange
sqlite3 strange/model.db 'PRAGMA application_id = 7'
fails 'nor one that says so' 1 'is not a model' model destroy -m strange
rm -f strange/*
echo mine >strange/model.db
fails 'nor a file that is no database' 1 'file is not a database' model destroy -m strange
is 'which stays as it is' "$(cat strange/model.db)" mine

# --- something else in its place

mkdir odd
for name in pipe folder device link; do
    case $name in
        pipe) mkfifo odd/model.db; part='odd/model.db: ' ;;
        folder) mkdir odd/model.db; part='odd/model.db: ' ;;
        device) ln -s /dev/null odd/model.db; part='odd/model.db: a symbolic link, which is not followed' ;;
        link) ln -s ../.luacharm/model.db odd/model.db; part='odd/model.db: a symbolic link, which is not followed' ;;
    esac
    fails "a $name instead of the database: status" 1 "$part" timeout 60 "$LUACHARM" model status -m odd
    fails "a $name instead of the database: a change" 1 "$part" \
        timeout 60 "$LUACHARM" model deploy "$charms/plain" -m odd
    rm -rf odd/model.db
done
cp .luacharm/model.db odd
echo kept >target
ln -sf ../target odd/lock
fails 'a link instead of the lock' 1 'odd/lock: Too many levels of symbolic links' \
    model deploy "$charms/plain" other -m odd
is 'and what it led to is as it was' "$(cat target)" kept

# --- what goes with an application

echo kept >outside
quiet model deploy "$charms/plain" second -n 2
quiet model settle
quiet model refresh second
is 'a refresh keeps the charm that units still run' "$(ls .luacharm/charms)" 'plain-1
second-1
second-2'
quiet model settle
is 'and no longer than that' "$(ls .luacharm/charms)" 'plain-1
second-2'
ln -s "$PWD" .luacharm/storage/data-9
quiet model remove-unit second/0
quiet model settle
is 'a unit that goes takes its storage along' "$(ls .luacharm/units) $(ls .luacharm/storage)" 'plain-0
second-1 data-0
data-2'
quiet model remove-application second
quiet model settle
is 'an application that goes takes its charm, units and storage along' \
    "$(ls .luacharm/charms .luacharm/units .luacharm/storage)" '.luacharm/charms:
plain-1

.luacharm/storage:
data-0

.luacharm/units:
plain-0'
is 'a link that led elsewhere is gone, and what it led to is not' "$(cat outside)" kept
quiet model deploy "$charms/asker" third -n 0
quiet model remove-application third
is 'one without units goes at once' "$(ls .luacharm/charms)" plain-1

# --- destroy: what a charm has started on this machine is stopped by its last hooks

mkdir -p server/hooks
printf 'name: server\nsummary: s\ndescription: d\n' >server/metadata.yaml
cat >server/hooks/start <<EOT
#!/bin/sh
touch $PWD/is-up
EOT
cat >server/hooks/stop <<EOT
#!/bin/sh
rm $PWD/is-up
EOT
chmod +x server/hooks/*
quiet model new -m last
quiet model deploy server -m last
quiet model settle -m last
passes 'the charm has started something' test -e is-up
passes 'destroy runs its last hooks' model destroy -m last
has 'and shows them' "$(cat "$OUT")" 'server/0  stop'
is 'which stop it' "$(ls is-up 2>/dev/null)" ''
quiet model new -m last
quiet model deploy server -m last
quiet model settle -m last
passes 'destroy --force' model destroy -m last --force
is 'runs none' "$(ls is-up)" is-up
quiet model new -m last
quiet model deploy server -m last
quiet model settle -m last
printf '#!/bin/sh\nexit 3\n' >last/units/server-0/charm/hooks/stop
fails 'a last hook that fails is told' 0 'stop' model destroy -m last --retries 1
is 'and keeps nothing' "$(ls -d last 2>/dev/null)" ''
rm -f is-up
cat >scenario.lua <<EOT
deploy("server")
settle()
EOT
quiet model play scenario.lua
is 'a scenario leaves nothing running, either' "$(ls is-up 2>/dev/null)" ''

done_testing
