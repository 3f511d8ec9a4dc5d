package agent

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones are the same wherever this is tested

	"github.com/ethereum/go-ethereum/common"

	"helium/app/api"
	"helium/backend/hardware/sense"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/store"
)

func in(t *testing.T, zone, moment string) time.Time {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		t.Fatal(err)
	}
	return at.In(z)
}

func TestBarsBeginAndEndWithTheOwnersDays(t *testing.T) {
	for _, c := range []struct {
		name, zone, now, first string
		r                      api.EarningsRange
		step                   api.EarningsStep
		bars                   int
		from, second, to       string
	}{
		{"a day", "UTC", "2026-03-10T12:34:56Z", "", api.RangeDay, api.StepHour, 24, "2026-03-09T13:00:00Z", "2026-03-09T14:00:00Z", "2026-03-10T13:00:00Z"},
		{"at a full hour", "UTC", "2026-03-10T12:00:00Z", "", api.RangeDay, api.StepHour, 24, "2026-03-09T13:00:00Z", "2026-03-09T14:00:00Z", "2026-03-10T13:00:00Z"},
		{"half an hour off", "Asia/Kolkata", "2026-03-10T12:34:56Z", "", api.RangeDay, api.StepHour, 24, "2026-03-09T19:00:00+05:30", "2026-03-09T20:00:00+05:30", "2026-03-10T19:00:00+05:30"},
		{"over the clocks going back", "Europe/Berlin", "2026-10-25T12:10:00Z", "", api.RangeDay, api.StepHour, 24, "2026-10-24T15:00:00+02:00", "2026-10-24T16:00:00+02:00", "2026-10-25T14:00:00+01:00"},
		{"a week", "Europe/Berlin", "2026-10-27T22:59:59Z", "", api.RangeWeek, api.StepDay, 7, "2026-10-21T00:00:00+02:00", "2026-10-22T00:00:00+02:00", "2026-10-28T00:00:00+01:00"},
		{"a second later", "Europe/Berlin", "2026-10-27T23:00:00Z", "", api.RangeWeek, api.StepDay, 7, "2026-10-22T00:00:00+02:00", "2026-10-23T00:00:00+02:00", "2026-10-29T00:00:00+01:00"},
		{"a month with no midnight in it", "America/Sao_Paulo", "2018-11-10T12:00:00Z", "", api.RangeMonth, api.StepDay, 30, "2018-10-12T00:00:00-03:00", "2018-10-13T00:00:00-03:00", "2018-11-11T00:00:00-02:00"},
		{"the day with no midnight", "America/Sao_Paulo", "2018-11-04T12:00:00Z", "", api.RangeWeek, api.StepDay, 7, "2018-10-29T00:00:00-03:00", "2018-10-30T00:00:00-03:00", "2018-11-05T00:00:00-02:00"},
		{"nothing yet", "UTC", "2026-03-10T12:00:00Z", "", api.RangeAll, api.StepDay, 7, "2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z", "2026-03-11T00:00:00Z"},
		{"a clock that went back", "UTC", "2026-03-10T12:00:00Z", "2026-04-01T00:00:00Z", api.RangeAll, api.StepDay, 7, "2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z", "2026-03-11T00:00:00Z"},
		{"ten days", "UTC", "2026-03-10T12:00:00Z", "2026-03-01T23:00:00Z", api.RangeAll, api.StepDay, 10, "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "2026-03-11T00:00:00Z"},
		{"three months", "UTC", "2026-03-10T12:00:00Z", "2025-12-10T23:00:00Z", api.RangeAll, api.StepWeek, 13, "2025-12-10T00:00:00Z", "2025-12-17T00:00:00Z", "2026-03-11T00:00:00Z"},
		{"three years", "UTC", "2026-03-10T12:00:00Z", "2023-03-30T23:00:00Z", api.RangeAll, api.StepMonth, 37, "2023-03-01T00:00:00Z", "2023-04-01T00:00:00Z", "2026-04-01T00:00:00Z"},
		{"at the end of a month", "UTC", "2026-03-31T23:59:00Z", "2023-01-31T23:00:00Z", api.RangeAll, api.StepMonth, 39, "2023-01-01T00:00:00Z", "2023-02-01T00:00:00Z", "2026-04-01T00:00:00Z"},
	} {
		var first time.Time
		if c.first != "" {
			first = in(t, "UTC", c.first)
		}
		now := in(t, c.zone, c.now)
		bounds, step, err := periodsOf(c.r, now, first)
		if err != nil || step != c.step || len(bounds) != c.bars+1 {
			t.Errorf("%s: %d bars of a %s, error %v, want %d of a %s", c.name, len(bounds)-1, step, err, c.bars, c.step)
			continue
		}
		got := [3]string{bounds[0].Format(time.RFC3339), bounds[1].Format(time.RFC3339), bounds[c.bars].Format(time.RFC3339)}
		if want := [3]string{c.from, c.second, c.to}; got != want {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
		for i, b := range bounds {
			if b.Unix()%900 != 0 || i > 0 && !b.After(bounds[i-1]) {
				t.Errorf("%s: bar %d begins at %s", c.name, i, b)
			}
		}
		if last := bounds[c.bars]; !last.After(now) || bounds[c.bars-1].After(now) {
			t.Errorf("%s: now is not in the last bar", c.name)
		}
		if !first.IsZero() && !first.After(now) && first.Before(bounds[0]) {
			t.Errorf("%s: the first task is left out", c.name)
		}
	}
	if _, _, err := periodsOf("year", time.Now(), time.Time{}); err == nil {
		t.Error("an unknown range is taken")
	}
}

func wei(t *testing.T, digits string) protocol.Wei {
	t.Helper()
	w, err := protocol.ParseWei(digits)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestElectricityIsExact(t *testing.T) {
	const hour = 3_600_000
	for _, c := range []struct {
		name   string
		work   node.Work
		earned string
		e      api.Electricity
		want   api.Energy
	}{
		{"nothing said", node.Work{Millis: 1500}, "1", api.Electricity{}, api.Energy{WorkedSeconds: 1, UncountedSeconds: 1}},
		{"a kilowatt-hour, measured", node.Work{Millis: hour, MeasuredMillis: hour, Microjoules: 3_600_000_000_000}, "0",
			api.Electricity{Currency: "EUR", PerKWh: 320_000}, api.Energy{WorkedSeconds: 3600, MeasuredSeconds: 3600, WattSeconds: 3_600_000, Cost: "320000"}},
		{"one microjoule more", node.Work{Millis: hour, MeasuredMillis: hour, Microjoules: 3_600_000_000_001}, "0",
			api.Electricity{Currency: "EUR", PerKWh: 320_000}, api.Energy{WorkedSeconds: 3600, MeasuredSeconds: 3600, WattSeconds: 3_600_001, Cost: "320001"}},
		{"stated watts", node.Work{Millis: hour / 2}, "0", api.Electricity{Currency: "USD", PerKWh: 100_000, Watts: 200},
			api.Energy{WorkedSeconds: 1800, WattSeconds: 360_000, Cost: "10000"}},
		{"half of it measured", node.Work{Millis: 2000, MeasuredMillis: 1000, Microjoules: 150_000_000}, "0", api.Electricity{Watts: 200},
			api.Energy{WorkedSeconds: 2, MeasuredSeconds: 1, WattSeconds: 350}},
		{"not counted, so no cost", node.Work{Millis: 5000}, "1000000000000000000", api.Electricity{Currency: "EUR", PerKWh: 320_000, PerCNX: 50_000},
			api.Energy{WorkedSeconds: 5, UncountedSeconds: 5, Value: "50000"}},
		{"net", node.Work{Millis: hour, MeasuredMillis: hour, Microjoules: 3_600_000_000_000}, "20000000000000000001",
			api.Electricity{Currency: "EUR", PerKWh: 320_000, PerCNX: 50_000},
			api.Energy{WorkedSeconds: 3600, MeasuredSeconds: 3600, WattSeconds: 3_600_000, Cost: "320000", Value: "1000000", Net: "680000"}},
		{"at a loss", node.Work{Millis: hour, MeasuredMillis: hour, Microjoules: 3_600_000_000_000}, "19999999999999999999",
			api.Electricity{Currency: "EUR", PerKWh: 320_000, PerCNX: 10_000},
			api.Energy{WorkedSeconds: 3600, MeasuredSeconds: 3600, WattSeconds: 3_600_000, Cost: "320000", Value: "199999", Net: "-120001"}},
		{"as much as may be said", node.Work{Millis: 10 * 365 * 24 * hour}, "1000000000000000000000000000",
			api.Electricity{Currency: "IDR", PerKWh: mostPerKWh, Watts: mostDraw, PerCNX: mostPerCNX},
			api.Energy{WorkedSeconds: 315_360_000, WattSeconds: 3_153_600_000_000, Cost: "876000000000000000", Value: "1000000000000000000000000", Net: "999999124000000000000000"}},
		{"no work", node.Work{}, "0", api.Electricity{Currency: "EUR", PerKWh: 320_000, PerCNX: 1}, api.Energy{Cost: "0", Value: "0", Net: "0"}},
	} {
		if got := energyOf(c.work, wei(t, c.earned), c.e); got != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, got, c.want)
		}
	}
}

func TestWhatWasSaidOfElectricityIsKeptOrPutAside(t *testing.T) {
	dir := t.TempDir()
	a := openAt(t, dir, sense.Blind("test"))
	good := api.Electricity{Currency: "EUR", PerKWh: 321_500, Watts: 180, PerCNX: 12_345}
	if err := a.SetElectricity(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []api.Electricity{
		{Currency: "EUR", PerKWh: -1}, {Currency: "EUR", PerKWh: mostPerKWh + 1}, {PerKWh: 1}, {PerCNX: 1}, {Watts: -1},
		{Watts: mostDraw + 1}, {Currency: "eur", PerKWh: 1}, {Currency: "EURO"}, {Currency: "EUR", PerCNX: -5}, {Currency: "=1+"},
	} {
		if err := a.SetElectricity(t.Context(), bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	a.Close()

	path := filepath.Join(dir, electricityName)
	for _, c := range []struct {
		file string
		want api.Electricity
	}{
		{"", good}, // as it was kept
		{`{"currency":"EUR","per_kwh":1}`, api.Electricity{Currency: "EUR", PerKWh: 1}},
		{`{"currency":"EUR","per_kwh":0.32}`, api.Electricity{}},
		{`{"currency":"EUR","perKWh":1,"extra":2}`, api.Electricity{}},
		{`{"currency":"EUR","per_kwh":-1}`, api.Electricity{}},
		{`{"curr`, api.Electricity{}},
	} {
		if c.file != "" {
			if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		a := openAt(t, dir, sense.Blind("test"))
		if got := a.ledger.electricity; got != c.want {
			t.Errorf("%q is read as %+v", c.file, got)
		}
		a.Close()
		aside, err := os.ReadFile(path + ".unreadable")
		if c.want == (api.Electricity{}) && (err != nil || string(aside) != c.file) {
			t.Errorf("%q was put aside as %q, %v", c.file, aside, err)
		}
		os.Remove(path + ".unreadable")
	}
}

// keeping is an agent whose book holds so many tasks, and what they brought.
func keeping(t *testing.T, now time.Time, tasks int) (*Agent, *big.Int) {
	t.Helper()
	a := openAt(t, t.TempDir(), sense.Blind("test"))
	a.owner.now = func() time.Time { return now }
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sum := new(big.Int)
	records := store.NewTable[uint64, node.Record]("node/record")
	put := func(from, to int) error {
		return st.Update(func(tx *store.Tx) error {
			var failed []error
			for i := from; i < to; i++ {
				r := node.Record{
					ID: protocol.TaskID(i+1) << 24, Model: "helium/demo", Outcome: protocol.OutcomeAgreed, Score: 18, EndedAt: now.Add(time.Duration(i-tasks) * time.Minute),
					Paid: protocol.CNX(uint64(i)).Add(wei(t, "1")),
					Details: &node.Details{
						Key: protocol.TaskKey{byte(i)}, Type: protocol.TaskType(i % 2), Nodes: [3]common.Address{{1}, {2}, {3}}, Seat: 1,
						Heard: []int{2, 1}, Work: node.Work{Millis: 1500, MeasuredMillis: 1500, Microjoules: 1_500_001}, EndBlock: 9, EndTx: common.Hash{7},
					},
				}
				sum.Add(sum, r.Paid.Big())
				failed = append(failed, records.Put(tx, uint64(r.ID), r))
			}
			return errors.Join(failed...)
		})
	}
	for from := 0; from < tasks; from += 500 {
		if err := put(from, min(from+500, tasks)); err != nil {
			t.Fatal(err)
		}
	}
	shut := a.ledger.open(node.NewBook(st))
	t.Cleanup(func() { shut(); st.Close(); a.Close() })
	return a, sum
}

func TestTheFileHasEveryTaskOnceAndAddsUpToTheWei(t *testing.T) {
	a, sum := keeping(t, time.Now(), tasksInAPart+30)
	var text strings.Builder
	q := api.TasksQuery{Range: api.RangeAll}
	for parts := 1; ; parts++ {
		part, err := a.EarningsCSV(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString(part.Text)
		if q.Before = part.Next; part.Next == 0 {
			if parts != 2 {
				t.Errorf("the file came in %d parts", parts)
			}
			break
		}
	}
	if n := strings.Count(text.String(), "\r\n"); n != tasksInAPart+31 || strings.Count(text.String(), "\n") != n {
		t.Errorf("%d lines", n)
	}
	rows, err := csv.NewReader(strings.NewReader(text.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got, seen := new(big.Int), map[string]bool{}
	for _, row := range rows[1:] {
		seen[row[0]] = true
		exact := wei(t, row[6])
		if exact.Decimal() != row[5] {
			t.Errorf("task %s: %s wei are not %s CNX", row[0], row[6], row[5])
		}
		got.Add(got, exact.Big())
	}
	if got.Cmp(sum) != 0 || len(seen) != len(rows)-1 {
		t.Errorf("the file adds up to %s, of %d tasks, want %s", got, len(seen), sum)
	}
	first := strings.Join(rows[1][7:], "|")
	if want := fmt.Sprintf("0|0|18|false|1.5|1.500001|0x07%062d|9|", 0); !strings.HasPrefix(first, want) {
		t.Errorf("a line ends in %s, want %s…", first, want)
	}
	if want := (common.Address{1}).Hex() + " " + (common.Address{3}).Hex(); rows[1][16] != want {
		t.Errorf("other nodes are %s", rows[1][16])
	}
}

func TestTheListGoesByRangeAndKind(t *testing.T) {
	now := time.Now()
	a, _ := keeping(t, now, 3*24*60)
	for _, c := range []struct {
		q    api.TasksQuery
		want int
	}{
		{api.TasksQuery{Range: api.RangeAll}, 3 * 24 * 60},
		{api.TasksQuery{Range: api.RangeAll, Kind: api.KindImages}, 3 * 24 * 30},
		{api.TasksQuery{Range: api.RangeDay}, 23*60 + now.Minute()},
		{api.TasksQuery{Range: api.RangeAll, Kind: api.KindUnknown}, 0},
	} {
		got := 0
		for {
			page, err := a.EarningsTasks(t.Context(), c.q)
			if err != nil {
				t.Fatal(err)
			}
			got += len(page.Tasks)
			if c.q.Before = page.Next; page.Next == 0 {
				break
			}
		}
		if got < c.want-1 || got > c.want+1 || c.q.Range != api.RangeDay && got != c.want {
			t.Errorf("%+v lists %d, want %d", c.q, got, c.want)
		}
	}
	for _, q := range []api.TasksQuery{{Range: "year"}, {}, {Range: api.RangeAll, Kind: "video"}} {
		if _, err := a.EarningsTasks(t.Context(), q); err == nil {
			t.Errorf("%+v is answered", q)
		}
	}
}

func TestTextOfOthersIsNoFormula(t *testing.T) {
	for text, want := range map[string]string{
		"helium/demo": "helium/demo", "": "", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'=1",
		"a,b": "a,b", `a"b`: `a"b`, "a=b": "a=b", "öl": "öl",
	} {
		out, err := csvOf([]node.Record{{ID: 1, Model: text}}, false)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		// The writer leaves a lone "\r" out.
		if err != nil || len(rows) != 1 || len(rows[0]) != len(csvNames) || rows[0][3] != want {
			t.Errorf("%q is written as %q, error %v", text, out, err)
		}
	}
}

func TestAReceiptComparesWhatWasFound(t *testing.T) {
	text, picture := []byte(strings.Repeat("a", 32)), []byte{0, 0, 0, 0, 0, 0, 0, 0b1111}
	result := func(b []byte) node.Finding { return node.Finding{Kind: protocol.KindResult, Result: b} }
	yes, no, far, near := true, false, 6, 3
	for _, c := range []struct {
		name     string
		kind     protocol.TaskType
		found    node.Finding
		agrees   *bool
		distance *int
	}{
		{"the same text", protocol.GPT, result(text), &yes, nil},
		{"another text", protocol.GPT, result([]byte(strings.Repeat("b", 32))), &no, nil},
		{"nothing seen", protocol.GPT, node.Finding{}, nil, nil},
		{"an error", protocol.GPT, node.Finding{Kind: protocol.KindCannotRun}, &no, nil},
		{"a picture much alike", protocol.StableDiffusion, result([]byte{0, 0, 0, 0, 0, 0, 0, 0b1}), &yes, &near},
		{"a picture not alike", protocol.StableDiffusion, result([]byte{0b11, 0, 0, 0, 0, 0, 0, 0}), &no, &far},
	} {
		taken := text
		if c.kind == protocol.StableDiffusion {
			taken = picture
		}
		r := node.Record{ID: 1, Details: &node.Details{
			Type: c.kind, Kind: protocol.KindResult, Result: taken, MatchBelow: 5, Heard: []int{2, 0},
			Nodes: [3]common.Address{{1}, {2}, {3}}, Found: [3]node.Finding{c.found}, Seat: 2,
		}}
		seats := receiptOf(r, api.Electricity{}).Proof.Nodes
		got := seats[0]
		if a, b := fmt.Sprint(deref(got.Agrees), deref(got.Distance)), fmt.Sprint(deref(c.agrees), deref(c.distance)); a != b {
			t.Errorf("%s: agrees and distance are %s, want %s", c.name, a, b)
		}
		if got.Place != 2 || got.You || seats[1].Place != 0 || seats[2].Place != 1 || !seats[2].You {
			t.Errorf("%s: the seats are %+v", c.name, seats)
		}
	}
	if r := receiptOf(node.Record{ID: 1}, api.Electricity{}); r.Proof != nil || r.Kind != api.KindUnknown {
		t.Errorf("a receipt from before is %+v", r)
	}
}

func deref[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func TestTheBookIsClosedWhileNothingIsOpen(t *testing.T) {
	a := openAt(t, t.TempDir(), sense.Blind("test"))
	defer a.Close()
	if _, err := a.Earnings(t.Context(), api.RangeWeek); err == nil || !strings.Contains(err.Error(), "still starting") {
		t.Errorf("got %v", err)
	}
	if _, err := a.TaskReceipt(t.Context(), 1); err == nil {
		t.Error("a receipt without a book")
	}
	b, _ := keeping(t, time.Now(), 1)
	if _, err := b.TaskReceipt(t.Context(), 999); err == nil || !strings.Contains(err.Error(), "no receipt of task 999") {
		t.Errorf("got %v", err)
	}
	report, err := b.Earnings(t.Context(), api.RangeAll)
	if err != nil || len(report.Bars) != 7 {
		t.Errorf("%d bars, error %v", len(report.Bars), err)
	}
	if b, err := json.Marshal(report); err != nil || strings.Contains(string(b), "null") {
		t.Errorf("the page gets %s, error %v", b, err)
	}
}
