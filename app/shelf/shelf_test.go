package shelf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"helium/backend/models"
	"helium/backend/models/modelstest"
	"helium/backend/protocol"
)

const (
	one   = "owner/one"
	two   = "owner/two"
	three = "owner/three"
	file  = "model.q4.gguf"
)

// stand is a shelf at work, and where its models come from.
type stand struct {
	*Shelf
	t      *testing.T
	hub    *modelstest.Hub
	data   string
	usual  string
	bodies map[string][]byte
	end    func()
}

func newStand(t *testing.T) *stand {
	t.Helper()
	w := &stand{t: t, hub: modelstest.NewHub(t), data: t.TempDir(), usual: filepath.Join(t.TempDir(), "hub"), bodies: map[string][]byte{}}
	for i, id := range []string{one, two, three} {
		w.bodies[id] = modelstest.Weights(byte(i), 300_000+i)
		w.hub.Put(id, file, w.bodies[id])
	}
	w.start()
	return w
}

// start opens the shelf anew, as after a restart.
func (w *stand) start() {
	w.t.Helper()
	w.stop()
	s, err := Open(Config{DataDir: w.data, Usual: w.usual, Options: models.Options{Endpoint: w.hub.URL}})
	if err != nil {
		w.t.Fatal(err)
	}
	s.look, s.retry = 5*time.Millisecond, 20*time.Millisecond
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx)
	}()
	w.Shelf = s
	w.end = sync.OnceFunc(func() {
		stop()
		<-done
	})
	w.t.Cleanup(w.end)
}

func (w *stand) stop() {
	if w.end != nil {
		w.end()
	}
}

func (w *stand) until(what string, is func() bool) {
	w.t.Helper()
	for end := time.Now().Add(60 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("it never came that %s; the status is %+v", what, w.Status())
		}
	}
}

func (w *stand) here(id string) bool { _, err := w.Get(id); return err == nil }

func (w *stand) status(id string) DownloadStatus {
	for _, d := range w.Status().Downloads {
		if d.ID == id {
			return d.Status
		}
	}
	return ""
}

func (w *stand) fetch(ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		if err := w.Want(models.Want{ID: id}, false); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, id := range ids {
		w.until(id+" is here", func() bool { return w.here(id) && w.status(id) == "" })
	}
}

// holds fails unless the folder in force has these models, byte for byte.
func (w *stand) holds(ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		f, err := w.Get(id)
		if err != nil {
			w.t.Error(err)
			continue
		}
		if b, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(b, w.bodies[id]) {
			w.t.Errorf("%s: %v, or other bytes", id, err)
		}
	}
}

func TestDownloadsComeOneAfterTheOther(t *testing.T) {
	w := newStand(t)
	w.hub.Pace(60 * time.Millisecond)
	for _, id := range []string{one, two, three} {
		if err := w.Want(models.Want{ID: id}, false); err != nil {
			t.Fatal(err)
		}
	}
	w.until("the first is fetched", func() bool { return w.status(one) == Fetching && w.Status().Downloads[0].Progress.Done > 0 })
	if w.status(two) != Queued || w.status(three) != Queued {
		t.Errorf("the others are %s and %s", w.status(two), w.status(three))
	}
	// The second is paused before it began, the first in the middle.
	if err := errors.Join(w.Pause(two), w.Pause(one)); err != nil {
		t.Fatal(err)
	}
	w.until("the third is fetched", func() bool { return w.status(three) == Fetching })
	w.hub.Pace(0)
	w.until("the third is here", func() bool { return w.here(three) })

	// A restart keeps what is paused, and in its order.
	w.start()
	if got := w.Status().Downloads; len(got) != 2 || got[0].ID != one || got[0].Status != Paused || got[1].Status != Paused {
		t.Fatalf("after a restart there is %+v", got)
	}
	sent := w.hub.Sent()
	if err := w.Resume(one); err != nil {
		t.Fatal(err)
	}
	w.until("the first is here", func() bool { return w.here(one) })
	if again := w.hub.Sent() - sent; again >= int64(len(w.bodies[one])) {
		t.Errorf("it began anew: %d bytes were sent", again)
	}
	if err := w.Remove(two); err != nil {
		t.Fatal(err)
	}
	w.until("the second is forgotten", func() bool { return w.status(two) == "" && len(w.Status().Leaving) == 0 })
	w.holds(one, three)
	if err := w.Pause(one); err == nil {
		t.Error("a download that is over was paused")
	}
}

func TestACancelledDownloadLeavesNothing(t *testing.T) {
	w := newStand(t)
	w.hub.Pace(60 * time.Millisecond)
	if err := w.Want(models.Want{ID: one}, false); err != nil {
		t.Fatal(err)
	}
	w.until("some of it came", func() bool { d := w.Status().Downloads; return len(d) > 0 && d[0].Progress.Done > 0 })
	if err := w.Remove(one); err != nil {
		t.Fatal(err)
	}
	w.until("it is gone", func() bool {
		left, _ := filepath.Glob(filepath.Join(w.usual, "models--*"))
		return len(left) == 0 && len(w.Status().Leaving) == 0
	})
	w.start()
	if got := w.Status().Downloads; len(got) != 0 {
		t.Errorf("after a restart there is %+v", got)
	}
}

func TestAHubThatIsDownIsAskedAgain(t *testing.T) {
	w := newStand(t)
	w.hub.Down(true)
	if err := w.Want(models.Want{ID: one}, false); err != nil {
		t.Fatal(err)
	}
	if err := w.Want(models.Want{ID: "owner/none"}, false); err != nil {
		t.Fatal(err)
	}
	w.until("it is stuck", func() bool { return w.status(one) == Stuck })
	if r := w.Status().Downloads[0].Reason; r == nil || r.Code != models.CodeUnreachable {
		t.Errorf("the reason is %+v", r)
	}
	w.hub.Down(false)
	w.until("it came by itself", func() bool { return w.here(one) })
	w.until("what is not there has failed", func() bool { return w.status("owner/none") == Failed })
	w.holds(one)
}

// The disk is a real one: its size is another one later.
func TestADownloadWaitsForRoomOnAFullDisk(t *testing.T) {
	disk := modelstest.Disk(t, 1<<30+100<<10)
	w := newStand(t)
	w.stop()
	w.usual = disk
	w.start()
	if err := w.Want(models.Want{ID: one}, false); err != nil {
		t.Fatal(err)
	}
	w.until("it is stuck", func() bool { return w.status(one) == Stuck })
	if r := w.Status().Downloads[0].Reason; r.Code != models.CodeNoSpace || !strings.Contains(r.Action, disk) {
		t.Errorf("the reason is %+v", r)
	}
	time.Sleep(200 * time.Millisecond)
	if w.status(one) == Fetching || w.here(one) {
		t.Error("it went on without room")
	}
	modelstest.Resize(t, disk, 1<<30+8<<20)
	w.until("it came when there was room", func() bool { return w.here(one) })
	w.holds(one)
}

// crowd is who works with the models, as the test says.
type crowd struct {
	mu      sync.Mutex
	told    bool
	looked  int
	list    func() []models.File
	seen    []string // what List gave when it was last looked
	unloads int
	made    string
}

func (c *crowd) Look() {
	var ids []string
	for _, f := range c.list() {
		ids = append(ids, f.Pin.ID)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looked++
	c.seen = ids
}

func (c *crowd) Told() bool { c.mu.Lock(); defer c.mu.Unlock(); return c.told }

func (c *crowd) Unload(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unloads++
	return nil
}

func (c *crowd) Renew(_ context.Context, dir string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made = dir
	return nil
}

func (c *crowd) say(told bool) { c.mu.Lock(); defer c.mu.Unlock(); c.told = told }

func TestAModelGoesWhenTheNetworkDoesNotCountOnItAnyMore(t *testing.T) {
	w := newStand(t)
	w.fetch(one, two)
	c := &crowd{list: w.List}
	detach := w.Attach(c, c)
	defer detach()
	if err := w.Remove(one); err != nil {
		t.Fatal(err)
	}
	w.until("the node was told to look", func() bool { c.mu.Lock(); defer c.mu.Unlock(); return slices.Equal(c.seen, []string{two}) })
	time.Sleep(50 * time.Millisecond)
	// A task that was drawn for it meanwhile can still be done.
	f, release, err := w.Use(one)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(f.Path); err != nil {
		t.Fatal("its files are gone before the network knows")
	}
	c.say(true)
	w.until("it is told why it is still here", func() bool {
		l := w.Status().Leaving
		return len(l) == 1 && l[0].Reason != nil && l[0].Reason.Code == models.CodeInUse
	})
	release()
	w.until("it is gone", func() bool { return !w.here(one) && len(w.Status().Leaving) == 0 })
	if c.unloads == 0 {
		t.Error("the engine was not told to let go of it")
	}

	// One that is kept after all is announced again.
	c.say(false)
	if err := w.Remove(two); err != nil {
		t.Fatal(err)
	}
	w.until("it leaves", func() bool { return len(w.List()) == 0 })
	if err := w.Keep(two); err != nil {
		t.Fatal(err)
	}
	w.until("it stays", func() bool { return len(w.List()) == 1 && len(w.Status().Leaving) == 0 })
	w.holds(two)
	if err := w.Keep(two); err == nil {
		t.Error("what does not leave was kept")
	}
}

func TestWhatMustStayIsNotRemoved(t *testing.T) {
	w := newStand(t)
	w.fetch(one)
	l, err := w.Library()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.MakeDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	theirs := filepath.Join(w.usual, "models--owner--two", "snapshots", modelstest.Commit, file)
	if err := errors.Join(os.MkdirAll(filepath.Dir(theirs), 0o755), os.WriteFile(theirs, w.bodies[two], 0o644)); err != nil {
		t.Fatal(err)
	}
	w.fetch(two)
	_, release, err := w.Use(one)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for id, want := range map[string]string{
		models.DemoID: "part of Helium", two: "Another program fetched", one: "task is working", "owner/none": "not on this computer",
	} {
		if err := w.Remove(id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", id, err)
		}
	}
	w.holds(one, two)
}

func TestTheLimitIsKeptAndTellsWhatGoes(t *testing.T) {
	w := newStand(t)
	w.fetch(one, two)
	l, _ := w.Library()
	_, release, err := w.Use(two) // used last
	if err != nil {
		t.Fatal(err)
	}
	release()
	if got := l.Leaving("", 0, 400_000); !slices.Equal(got.IDs, []string{one}) {
		t.Fatalf("would go: %+v", got)
	}
	if err := w.SetLimit(400_000, nil); !errors.Is(err, ErrOther) || w.Limit() != 0 {
		t.Errorf("without a word for it: %v", err)
	}
	if err := w.SetLimit(400_000, []string{one}); err != nil {
		t.Fatal(err)
	}
	w.until("the first is gone", func() bool { return !w.here(one) })
	w.start()
	if w.Limit() != 400_000 {
		t.Errorf("after a restart the limit is %d", w.Limit())
	}
	// A model that is too much makes the longest unused go, in good order.
	c := &crowd{list: w.List, told: true}
	defer w.Attach(c, c)()
	w.fetch(three)
	if w.here(two) || c.unloads == 0 {
		t.Errorf("the limit is not kept to: %d unloads", c.unloads)
	}
	w.hub.Put("owner/large", file, modelstest.Weights(9, 500_000))
	if err := w.Want(models.Want{ID: "owner/large"}, false); err != nil {
		t.Fatal(err)
	}
	w.until("it is stuck", func() bool { return w.status("owner/large") == Stuck })
	if r := w.Status().Downloads[0].Reason; r.Code != models.CodeCap {
		t.Errorf("the reason is %+v", r)
	}
	w.holds(three)
	if err := w.SetLimit(0, nil); err != nil {
		t.Fatal(err)
	}
	w.until("it came when the limit was gone", func() bool { return w.here("owner/large") })
}

func TestModelsMoveWhileTheyAreUsed(t *testing.T) {
	disk := modelstest.Disk(t, 2<<30)
	w := newStand(t)
	w.fetch(one, two)
	c := &crowd{list: w.List, told: true}
	defer w.Attach(c, c)()
	old, release, err := w.Use(one)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(disk, "holiday.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := w.Survey(disk)
	want := filepath.Join(disk, folderName)
	if err != nil || p.Dir != want || p.Bytes != 600_001 || p.Missing != 600_001 || p.SameDisk {
		t.Fatalf("the survey says %+v, %v", p, err)
	}
	if _, err := os.Stat(want); err == nil {
		t.Error("looking made a folder")
	}
	w.hub.Pace(60 * time.Millisecond)
	if err := w.Want(models.Want{ID: three}, false); err != nil {
		t.Fatal(err)
	}
	w.until("a download runs", func() bool { d := w.Status().Downloads; return len(d) > 0 && d[0].Progress.Done > 0 })
	if err := w.Move(disk); err != nil {
		t.Fatal(err)
	}
	w.until("the new folder is in force", func() bool { dir, usual := w.Folder(); return dir == want && !usual })
	w.until("it waits for the task", func() bool { m := w.Status().Move; return m != nil && m.Stage == "clears" })
	if _, err := os.Stat(old.Path); err != nil {
		t.Error("a task lost its model")
	}
	if err := w.CancelMove(); err == nil {
		t.Error("a move was taken back that is done")
	}
	release()
	w.hub.Pace(0)
	w.until("the move is over", func() bool { return w.Status().Move == nil })
	w.until("the download went on", func() bool { return w.here(three) })
	w.holds(one, two, three)
	if left, _ := filepath.Glob(filepath.Join(w.usual, "models--owner*")); len(left) != 0 {
		t.Errorf("the old folder keeps %q", left)
	}
	if c.made != filepath.Join(want, ".helium-made") {
		t.Errorf("the engine makes its files in %q", c.made)
	}
	w.start()
	w.holds(one, two, three)

	// And back again.
	if err := w.Move(w.usual); err != nil {
		t.Fatal(err)
	}
	w.until("it is back", func() bool { _, usual := w.Folder(); return usual && w.Status().Move == nil })
	w.holds(one, two, three)
	if left, _ := os.ReadDir(disk); len(left) != 1 {
		t.Errorf("the disk keeps %v", left)
	}
}

func TestAMoveThatIsTakenBackLeavesTheModelsWhereTheyAre(t *testing.T) {
	disk := modelstest.Disk(t, 2<<30)
	w := newStand(t)
	w.fetch(one, two)
	w.at = func(step string) {
		if step == "copied" {
			if err := w.CancelMove(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := w.Move(disk); err != nil {
		t.Fatal(err)
	}
	w.until("it is over", func() bool { return w.Status().Move == nil })
	if dir, usual := w.Folder(); !usual {
		t.Errorf("in force is %s", dir)
	}
	w.holds(one, two)
	if left, _ := os.ReadDir(disk); len(left) != 0 {
		t.Errorf("the disk keeps %v", left)
	}
}

func TestAMoveIsRefusedInWords(t *testing.T) {
	w := newStand(t)
	w.fetch(one)
	plain := filepath.Join(t.TempDir(), "plain")
	os.WriteFile(plain, nil, 0o644)
	small := modelstest.Disk(t, 1<<20)
	for chosen, want := range map[string]string{
		"": "Choose a folder", "models": "not a whole path", plain: "is a file", w.usual: "in one another", small: "MB are free",
		filepath.Join(w.usual, "deeper"): "in one another", filepath.Join(plain, "deeper"): "can't be",
	} {
		if err := w.Move(chosen); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", chosen, err)
		}
	}
	if w.Status().Move != nil {
		t.Error("it moves")
	}
}

// The disk with the models is not there at a start.
func TestALostDiskIsNotReplacedByAnEmptyFolder(t *testing.T) {
	disk := modelstest.Disk(t, 2<<30)
	w := newStand(t)
	w.fetch(one)
	if err := w.Move(disk); err != nil {
		t.Fatal(err)
	}
	w.until("it moved", func() bool { _, usual := w.Folder(); return !usual && w.Status().Move == nil })
	w.stop()
	marker, _ := os.ReadFile(filepath.Join(disk, ".helium-models"))
	if err := os.Remove(filepath.Join(disk, ".helium-models")); err != nil {
		t.Fatal(err)
	}
	w.start()
	var reason protocol.Reason
	if _, err := w.Library(); !errors.As(err, &reason) || reason.Code != CodeGone {
		t.Errorf("got %v", err)
	}
	if _, _, err := Where(w.data, w.usual); !errors.As(err, &reason) || reason.Code != CodeGone {
		t.Errorf("a command gets %v", err)
	}
	if len(w.List()) != 0 {
		t.Error("it lists something")
	}
	// The disk is there again.
	if err := os.WriteFile(filepath.Join(disk, ".helium-models"), marker, 0o644); err != nil {
		t.Fatal(err)
	}
	w.holds(one)
	if err := w.UseFolder(""); err == nil {
		t.Error("a folder that is there was given up")
	}
	os.Remove(filepath.Join(disk, ".helium-models"))
	w.start()
	if err := w.UseFolder(""); err != nil {
		t.Fatal(err)
	}
	if dir, usual := w.Folder(); !usual || dir != w.usual {
		t.Errorf("in force is %s", dir)
	}
	if _, err := w.Library(); err != nil {
		t.Error(err)
	}
}

const crashEnv = "HELIUM_TEST_SHELF"

func TestMain(m *testing.M) {
	args := os.Getenv(crashEnv)
	if args == "" {
		os.Exit(m.Run())
	}
	// A shelf that moves its models until it is killed, or dies itself at a step.
	fields := strings.Split(args, "|")
	fmt.Println("begins")
	s, err := Open(Config{DataDir: fields[0], Usual: fields[1]})
	if err == nil {
		s.retry = 20 * time.Millisecond
		s.at = func(step string) {
			if step == fields[2] {
				self, _ := os.FindProcess(os.Getpid())
				self.Kill()
				select {}
			}
		}
		go s.Run(context.Background())
		for s.Status().Move != nil {
			time.Sleep(time.Millisecond)
		}
	}
	fmt.Println(err)
	os.Exit(0)
}

// Programs are killed while they move the models, at each step and at any time.
func TestAShelfThatIsKilledHoldsAllModels(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	disk := modelstest.Disk(t, 2<<30)
	kills := 0
	for round, step := range []string{"copied", "in force", "cleared", "", "", "", "", "", ""} {
		w := newStand(t)
		w.fetch(one, two, three)
		want := filepath.Join(disk, fmt.Sprint(round))
		w.stop()
		if err := w.Shelf.Move(want); err != nil { // noted, and nothing is done yet
			t.Fatal(err)
		}
		for try := 0; ; try++ {
			cmd := exec.Command(program)
			cmd.Env = append(os.Environ(), crashEnv+"="+w.data+"|"+w.usual+"|"+step)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// Its time counts from its first word: before that it has touched nothing.
			if _, err := out.Read(make([]byte, 64)); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(killAfter(step, try), func() { cmd.Process.Kill() })
			died := cmd.Wait()
			timer.Stop()
			now, err := Open(Config{DataDir: w.data, Usual: w.usual})
			if err != nil {
				t.Fatal(err)
			}
			w.Shelf = now
			w.holds(one, two, three)
			if died == nil && now.Status().Move == nil {
				break
			}
			kills++
			step = ""
			if t.Failed() || try > 40 {
				t.Fatalf("round %d, try %d, %v", round, try, died)
			}
		}
		if dir, _ := w.Folder(); dir != want {
			t.Errorf("in force is %s", dir)
		}
		left, _ := filepath.Glob(filepath.Join(w.usual, "models--owner*", "*"))
		deeper, _ := filepath.Glob(filepath.Join(w.usual, "models--owner*", "*", "*"))
		if len(left)+len(deeper) != 0 {
			t.Errorf("the old folder keeps %q", append(left, deeper...))
		}
	}
	t.Logf("killed %d times", kills)
}

// killAfter is longer at every try, so that it comes to an end.
func killAfter(step string, try int) time.Duration {
	if step != "" {
		return time.Minute
	}
	return 20 * time.Millisecond << try
}

func TestEveryStepOfADownloadIsInItsTable(t *testing.T) {
	events := []downloadEvent{begins, pauses, resumes, blocks, fails, clears, yields}
	reached := map[DownloadStatus]bool{Queued: true}
	for from, ways := range edges() {
		for _, e := range events {
			j := &job{status: from, reason: &protocol.Reason{}}
			to, ok := ways[e]
			if j.take(e) != ok || ok && j.status != to || !ok && j.status != from {
				t.Errorf("%s, %s: %s", from, e, j.status)
			}
			if j.Paused != (ok && to == Paused) {
				t.Errorf("%s, %s: it is kept as paused: %v", from, e, j.Paused)
			}
			reached[to] = true
		}
	}
	for _, s := range []DownloadStatus{Queued, Fetching, Paused, Stuck, Failed} {
		if !reached[s] || len(edges()[s]) == 0 {
			t.Errorf("%s is never reached, or never left", s)
		}
	}
}

func TestARecordIsTakenWholeOrNotAtAll(t *testing.T) {
	limit := int64(7)
	good := record{Dir: "/m", Limit: &limit, Downloads: []wanted{{ID: one, File: file, Paused: true}}, Move: &move{moveClears, "/a", "/b"}}
	path := filepath.Join(t.TempDir(), FileName)
	if err := good.write(path); err != nil {
		t.Fatal(err)
	}
	if got, err := readRecord(path); err != nil || got.Dir != "/m" || *got.Limit != 7 || len(got.Downloads) != 1 || *got.Move != *good.Move {
		t.Errorf("got %+v, %v", got, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	for name, text := range map[string]string{
		"nothing": "", "no object": "[]", "two": "{}{}", "unknown": `{"folder":"/m"}`, "not whole": `{"dir":"m"}`, "below 0": `{"limit":-1}`,
		"no id": `{"downloads":[{"id":"../x"}]}`, "twice": `{"downloads":[{"id":"a/b"},{"id":"a/b"}]}`,
		"stage": `{"move":{"stage":"flies","from":"/a","to":"/b"}}`, "from": `{"move":{"stage":"copies","from":"a","to":"/b"}}`,
	} {
		if _, err := parseRecord([]byte(text)); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
	// One that can't be read is put aside.
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, FileName), []byte("{"), 0o600)
	s, err := Open(Config{DataDir: dir, Usual: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if _, usual := s.Folder(); !usual {
		t.Error("another folder holds")
	}
	if _, err := os.Stat(filepath.Join(dir, FileName+".unreadable")); err != nil {
		t.Error(err)
	}
}
