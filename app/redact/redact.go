// Package redact takes out of a text what is nobody else's.
//
// A secret opens something: a key, a recovery phrase, a token, a password. What is
// private says who or where somebody is: a home folder, an account's name. Secret
// takes out the first, Private both. What a redactor was told of goes wherever it
// stands; beyond that, everything goes that looks like a secret, and rather too
// much than too little. The promise: what comes out can be shown to strangers.
package redact

import (
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/tyler-smith/go-bip39/wordlists"
)

// Gone stands where a secret was.
const Gone = "[left out]"

// Redactor knows some secrets by heart and all others by their looks. Its zero
// value is ready for use, by many at once.
type Redactor struct {
	// mu guards everything that follows.
	mu    sync.RWMutex
	known []string
}

// shortest is how long a secret must be to be known by heart: a shorter one would
// take ordinary words out.
const shortest = 6

// Know has every text without these from now on.
func (r *Redactor) Know(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		if len(s) >= shortest && !slices.Contains(r.known, s) {
			r.known = append(r.known, s)
		}
	}
	// A longer one may hold a shorter one.
	slices.SortFunc(r.known, func(a, b string) int { return len(b) - len(a) })
}

var (
	// login is what stands before the host of an address.
	login = regexp.MustCompile(`(://)[^\s/?#"'<>]*@`)
	// query of an address, and its fragment.
	query = regexp.MustCompile(`(://[^\s"'<>?#]*)[?#][^\s"'<>]*`)
	// named is a value whose name says what it is.
	named = regexp.MustCompile(`(?i)((?:pass(?:word|phrase|wd)?|secret|token|api[_-]?key|private[_-]?key|mnemonic|phrase|authorization|cookie)["']?\s*[=:]\s*)("(?:\\.|[^"\\])*"|'[^']*'|(?:Bearer |Basic )?[^\s,;&"'}\])]+)`)
	// bearer is a token as a header carries it.
	bearer = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9+/_.=~-]{8,}`)
	// prefixed are tokens that say of themselves that they are.
	prefixed = regexp.MustCompile(`\b(?:hf|sk|pk|ghp|gho|api)_[A-Za-z0-9]{8,}`)
)

// Secret is a text without secrets.
func (r *Redactor) Secret(text string) string {
	r.mu.RLock()
	known := r.known
	r.mu.RUnlock()
	for _, s := range known {
		text = strings.ReplaceAll(text, s, Gone)
	}
	if strings.Contains(text, "://") {
		text = login.ReplaceAllString(text, "${1}"+Gone+"@")
		text = query.ReplaceAllString(text, "${1}?"+Gone)
	}
	lower := strings.ToLower(text)
	if slices.ContainsFunc(names, func(n string) bool { return strings.Contains(lower, n) }) {
		text = named.ReplaceAllString(text, "${1}"+Gone)
		text = bearer.ReplaceAllString(text, "${1} "+Gone)
	}
	if strings.Contains(text, "_") {
		text = prefixed.ReplaceAllString(text, Gone)
	}
	return withoutLong(withoutPhrases(text))
}

// longest is how long a word may be. What is longer is a key, a hash or a token,
// which looks can't tell apart.
const longest = 31

func withoutLong(text string) string {
	var out strings.Builder
	done, start := 0, 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && inWord(text[i]) {
			continue
		}
		if i-start > longest {
			out.WriteString(text[done:start])
			out.WriteString(shorten(text[start:i]))
			done = i
		}
		start = i + 1
	}
	out.WriteString(text[done:])
	return out.String()
}

func inWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '+'
}

// names are in the name of every value that named takes out; bearer takes out the others.
var names = []string{"pass", "secret", "token", "key", "mnemonic", "phrase", "authorization", "cookie", "bearer", "basic"}

// shorten keeps enough of a hash or an address to tell it from others. It keeps
// words that are only long: they have no digit, or are names with dashes.
func shorten(s string) string {
	if !strings.ContainsAny(s, "0123456789") && strings.ContainsAny(s, "_-") {
		return s
	}
	return s[:6] + "…" + s[len(s)-4:]
}

// phraseRun is how many words of a recovery phrase's list in a row are one. Twelve
// are the fewest of a phrase; a sentence seldom has eight.
const phraseRun = 8

var phraseWords = sync.OnceValue(func() map[string]bool {
	set := make(map[string]bool, len(wordlists.English))
	for _, w := range wordlists.English {
		set[w] = true
	}
	return set
})

// withoutPhrases takes out words of the list that stand in a row, however they are
// parted: by spaces, commas, quotes or numbers.
func withoutPhrases(text string) string {
	words := phraseWords()
	var out strings.Builder
	done, run, first, last := 0, 0, 0, 0
	end := func() {
		if run >= phraseRun {
			out.WriteString(text[done:first])
			out.WriteString(Gone)
			done = last
		}
		run = 0
	}
	for i := 0; i < len(text); {
		if !isLetter(text[i]) {
			i++
			continue
		}
		start := i
		for i < len(text) && isLetter(text[i]) {
			i++
		}
		if i-start > 8 || !words[strings.ToLower(text[start:i])] {
			end()
			continue
		}
		if run > 0 && start-last > 8 {
			end()
		}
		if run == 0 {
			first = start
		}
		run, last = run+1, i
	}
	end()
	out.WriteString(text[done:])
	return out.String()
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// Private is a text without secrets and without what says whose computer this is:
// home folders, the account's name, the computer's name.
func (r *Redactor) Private(text string) string {
	text = r.Secret(text)
	for _, p := range private() {
		if p.whole {
			text = regexp.MustCompile(`(?i)\b`+regexp.QuoteMeta(p.text)+`\b`).ReplaceAllString(text, p.as)
			continue
		}
		text = strings.ReplaceAll(text, p.text, p.as)
		text = strings.ReplaceAll(text, strings.ReplaceAll(p.text, `\`, `\\`), p.as)
	}
	return anyHome.ReplaceAllString(text, "${1}[name]")
}

// anyHome is a home folder of anybody.
var anyHome = regexp.MustCompile(`((?:/home/|/Users/|[A-Za-z]:\\{1,2}Users\\{1,2}))[^/\\\s"':]+`)

type privateText struct {
	text, as string
	whole    bool
}

var private = sync.OnceValue(func() []privateText {
	var list []privateText
	if home, err := os.UserHomeDir(); err == nil && len(home) > 1 {
		list = append(list, privateText{filepath.Clean(home), "~", false})
	}
	if u, err := user.Current(); err == nil {
		name := u.Username[strings.LastIndexAny(u.Username, `\`)+1:]
		if len(name) > 2 && name != "root" {
			list = append(list, privateText{name, "[name]", true})
		}
		if full := strings.TrimSpace(u.Name); len(full) > 3 && full != "root" {
			list = append(list, privateText{full, "[name]", true})
		}
	}
	if host, err := os.Hostname(); err == nil && len(host) > 3 && host != "localhost" {
		list = append(list, privateText{host, "[computer]", true})
	}
	return list
})
