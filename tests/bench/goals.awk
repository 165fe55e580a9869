# Which goals a run of the benches has met. Reads goals.txt, then a bench's lines (README.md); prints
# verdict, goal, what was measured, and what processor time says where that is told apart, with tabs
# between them. A goal of which nothing was measured is left out.
BEGIN { FS = OFS = "\t" }

function begins(text, part) { return substr(text, 1, length(part)) == part }

# The line of this beginning: its memory, its processor time, or neither.
function find(part, kind, row, is_memory, is_processor) {
    for (row = 1; row <= rows; row++) {
        is_memory = name[row] ~ /: peak memory$/
        is_processor = name[row] ~ /: processor$/
        if (begins(name[row], part) && is_memory == (kind == "memory") && is_processor == (kind == "processor"))
            return row
    }
    return 0
}

function value(what, part, kind, row, other) {
    row = find(part, what == "memory" ? "memory" : kind)
    if (row == 0)
        return "-"
    if (what == "over")
        return sprintf("%.2f", median[row] - floor_of[row])
    if (what == "ratio")
        return sprintf("%.2f", median[row] / floor_of[row])
    if (!begins(what, "times "))
        return median[row]
    other = find(substr(what, 7), kind)
    return other == 0 ? "-" : sprintf("%.2f", median[row] / median[other])
}

function words(what) {
    if (what == "over")
        return "ms over the floor"
    if (what == "memory")
        return "MB"
    return what == "ratio" ? "times the floor" : begins(what, "times ") ? "times " substr(what, 7) : "median"
}

function judge(measured, sense, limit) {
    return (sense == "most" ? measured + 0 <= limit + 0 : measured + 0 >= limit + 0) ? "met" : "not met"
}

FNR == NR && /^#/ { next }
FNR == NR { goals++; of[goals] = $1; what[goals] = $2; sense[goals] = $3; limit[goals] = $4; next }
{ rows++; name[rows] = $1; median[rows] = $4; floor_of[rows] = $5 }

END {
    for (goal = 1; goal <= goals; goal++) {
        measured = value(what[goal], of[goal], "clock")
        if (measured == "-")
            continue
        processor = what[goal] == "memory" || what[goal] == "median" ? "-" : value(what[goal], of[goal], "processor")
        label = of[goal]
        sub(/,$/, "", label)
        print judge(measured, sense[goal], limit[goal]), label, \
            measured " " words(what[goal]) ", at " sense[goal] " " limit[goal], processor
    }
}
