// Package texts is what Helium says outside its pages, in the tray and in
// notifications, in the languages that the pages speak: a table for each.
//
// What a page says too is said in the page's own words.
package texts

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"helium/backend/words"
)

//go:embed *.json
var files embed.FS

// Table is the texts of one language.
type Table struct {
	Language string
	texts    words.Table
}

// tables are read once: the tray asks with every state.
var tables = sync.OnceValue(func() map[string]Table {
	all := map[string]Table{}
	for _, language := range []string{"en", "de", "es", "zh"} {
		t, err := read(language)
		if err != nil {
			panic(err) // they are part of the program, and tested
		}
		all[language] = Table{language, t}
	}
	return all
})

func read(language string) (words.Table, error) {
	b, err := files.ReadFile(language + ".json")
	if err != nil {
		return nil, fmt.Errorf("read texts: %w", err)
	}
	var t words.Table
	if err := json.Unmarshal(b, &t); err != nil {
		return nil, fmt.Errorf("read texts of %s: %w", language, err)
	}
	return t, nil
}

// In is the table of a language that was chosen, or, where none was or Helium does
// not speak it, of the first of the system's that it speaks, or else of English.
func In(chosen string) Table {
	for _, tag := range append([]string{chosen}, system()...) {
		if t, ok := tables()[base(tag)]; ok {
			return t
		}
	}
	return tables()["en"]
}

// system are the languages of this computer, the best first; they don't change while
// a program runs.
var system = sync.OnceValue(systemLanguages)

// base is the language of a tag such as de_AT.UTF-8 or zh-Hans-CN.
func base(tag string) string {
	end := strings.IndexAny(tag, "-_.@")
	if end < 0 {
		end = len(tag)
	}
	return strings.ToLower(tag[:end])
}

// Has says whether there is a text of that name.
func (t Table) Has(id string) bool {
	_, ok := t.texts[id]
	return ok
}

// Say is a text with its gaps filled by names and values, one after the other.
func (t Table) Say(id string, values ...any) string {
	m, err := words.Parse(t.texts[id])
	if err != nil {
		return t.texts[id]
	}
	given := map[string]any{}
	for i := 0; i+1 < len(values); i += 2 {
		if name, ok := values[i].(string); ok {
			given[name] = values[i+1]
		}
	}
	return m.Say(t.Language, given)
}

// Clock is a time of day, with the weekday when it is another day's than now.
func (t Table) Clock(at, now time.Time) string {
	at, now = at.Local(), now.Local()
	clock := at.Format("15:04")
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return clock
	}
	return t.Say("tray.dayAndTime", "day", t.Say(fmt.Sprintf("day.%d", at.Weekday())), "time", clock)
}
