package yield

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestNoSettingsAreTheDefaults(t *testing.T) {
	s, err := ParseSettings([]byte(`{}`))
	if err != nil || !reflect.DeepEqual(s, Defaults()) {
		t.Errorf("got %+v, %v", s, err)
	}
	if !s.Fullscreen.Pause || !s.Graphics.Pause || s.Hours.Limit || s.Person.Pause {
		t.Errorf("the defaults are %+v", s)
	}
}

func TestSettingsAreReadAndTidied(t *testing.T) {
	s, err := ParseSettings([]byte(`{
		"programs": [" Blender ", "blender.exe", "obs64.exe"], "graphics": {"percent": 50},
		"hours": {"limit": true, "days": ["sun", "mon"], "from": "09:00", "to": "08:59"}, "finish": "always"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Defaults()
	want.Programs, want.Graphics.Percent, want.Finish = []string{"Blender", "obs64.exe"}, 50, FinishAlways
	want.Hours = HoursRule{Limit: true, Days: []Day{Monday, Sunday}, From: "09:00", To: "08:59"}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got %+v, want %+v", s, want)
	}
}

func TestWrongSettingsAreRefusedByName(t *testing.T) {
	for text, want := range map[string]string{
		``:                                                       "EOF",
		`[]`:                                                     "cannot unmarshal",
		`{} {}`:                                                  "more after",
		`{"fullscren": {"pause": true}}`:                         "fullscren",
		`{"battery": {"pause": "yes"}}`:                          "pause",
		`{"graphics": {"percent": 4}}`:                           "graphics.percent: 4 is not from 5 to 95",
		`{"graphics": {"percent": 96}}`:                          "graphics.percent: 96",
		`{"heat": {"celsius": 300}}`:                             "heat.celsius: 300",
		`{"heat": {"cool_by": 1}}`:                               "heat.cool_by: 1 is not from 2 to 40",
		`{"linger_seconds": 3601}`:                               "linger_seconds: 3601",
		`{"linger_seconds": -1}`:                                 "linger_seconds: -1",
		`{"person": {"idle_minutes": 0}}`:                        "person.idle_minutes: 0",
		`{"programs": [""]}`:                                     "programs: A program needs a name",
		`{"programs": ["C:\\games\\a.exe"]}`:                     "programs: ",
		`{"programs": ["a\u0000"]}`:                              "programs: ",
		`{"fullscreen": {"except": [" "]}}`:                      "fullscreen.except: A program",
		`{"hours": {"from": "24:00"}}`:                           "hours.from: ",
		`{"hours": {"to": "7:00"}}`:                              "hours.to: ",
		`{"hours": {"to": "22:00"}}`:                             "begin and end at 22:00",
		`{"hours": {"days": ["mon","mon"]}}`:                     "hours.days: ",
		`{"hours": {"days": ["moonday"]}}`:                       "hours.days: ",
		`{"hours": {"limit": true, "days": []}}`:                 "never work",
		`{"finish": "later"}`:                                    "finish: ",
		`{"programs": ["` + strings.Repeat("a", 129) + `"]}`:     "longer than 128",
		`{"programs": [` + strings.Repeat(`"a",`, 100) + `"a"]}`: "programs: The list has 101",
		`{"programs": ["` + strings.Repeat("a", maxSettingsBytes) + `"`: "over 65536 bytes",
	} {
		if _, err := ParseSettings([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: got %v, want %q in it", text, err, want)
		}
	}
}

// Screens show a refusal beside its field.
func TestARefusalNamesItsFieldApart(t *testing.T) {
	_, err := ParseSettings([]byte(`{"heat": {"celsius": 300}}`))
	var r *Refusal
	if !errors.As(err, &r) || r.Field != "heat.celsius" || r.Why.String() != "300 is not from 50 to 105." {
		t.Errorf("got %v", err)
	}
}

// What was read and is written is read again as it was.
func FuzzParseSettings(f *testing.F) {
	whole, err := json.Marshal(Defaults())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"programs":["a.EXE","A"],"hours":{"days":["sat","fri"],"from":"00:00","to":"23:59"}}`))
	f.Add([]byte(`{"fullscreen":{"except":null}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseSettings(b)
		if err != nil {
			return
		}
		again, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseSettings(again)
		if err != nil || !reflect.DeepEqual(back, s) {
			t.Fatalf("%s is read as %+v, then as %+v, %v", b, s, back, err)
		}
	})
}
