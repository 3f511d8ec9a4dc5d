package models

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"helium/backend/models/modelstest"
)

// The test program moves models when it is started with this set.
const moveEnv = "HELIUM_TEST_MOVE"

// moveAndDie moves models and kills its own process at the nth step.
func moveAndDie(args string) error {
	var n int
	fields := strings.Split(args, "|")
	n, err := strconv.Atoi(fields[2])
	if err != nil {
		return err
	}
	from, err := Open(fields[0], Options{})
	if err != nil {
		return err
	}
	to, err := Open(fields[1], Options{})
	if err != nil {
		return err
	}
	step := func(string) {
		if n--; n < 0 {
			self, _ := os.FindProcess(os.Getpid())
			self.Kill()
			select {}
		}
	}
	from.at, to.at = step, step
	if _, err := os.Stat(filepath.Join(fields[1], "in-force")); err != nil {
		if err := from.CopyTo(context.Background(), to, nil); err != nil {
			return err
		}
		step("before the switch")
		if err := os.WriteFile(filepath.Join(fields[1], "in-force"), nil, 0o600); err != nil {
			return err
		}
		step("after the switch")
	}
	_, err = from.LeaveAllTo(context.Background(), to)
	return err
}

// household is a library with models of every way of being there.
type household struct {
	*Library
	hub    *fakeHub
	bodies map[string][]byte
}

const (
	plainID   = "owner/model-0"
	sharedA   = "owner/parts#a.safetensors"
	sharedB   = "owner/parts#b.safetensors"
	foreignID = "owner/foreign"
	cutID     = "owner/cut"
)

// furnish fetches two plain models, two of one repository with the same bytes, one
// that another program had, and a part of one more.
func furnish(t *testing.T, dir string) household {
	t.Helper()
	h := newHub(t)
	l := h.library(t, dir)
	home := household{l, h, map[string][]byte{}}
	for i, id := range shelve(t, h, l, 2) {
		home.bodies[id] = weights(100_000 + i)
	}
	same := safetensors(70_000)
	h.put("owner/parts", "a.safetensors", same)
	h.put("owner/parts", "b.safetensors", same)
	for _, id := range []string{sharedA, sharedB} {
		if _, err := l.Fetch(t.Context(), Want{ID: id}, nil); err != nil {
			t.Fatal(err)
		}
		home.bodies[id] = same
	}
	theirs := weights(50_000)
	h.put(foreignID, testFile, theirs)
	path := l.snapshotPath(foreignID, testCommit, testFile)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, theirs, 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Download(t.Context(), foreignID, testFile, nil); err != nil {
		t.Fatal(err)
	}
	h.put(cutID, testFile, weights(300_000))
	h.cuts.Store(100)
	l.hub.patience.tries = 1
	if _, err := l.Download(t.Context(), cutID, testFile, nil); err == nil {
		t.Fatal("the cut went unseen")
	}
	h.cuts.Store(0)
	return home
}

// safetensors is a small file of that format.
func safetensors(n int) []byte {
	table := fmt.Sprintf(`{"lora.weight":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}`, n, n)
	table += strings.Repeat(" ", (8-len(table)%8)%8)
	return slices.Concat([]byte{byte(len(table)), byte(len(table) >> 8), 0, 0, 0, 0, 0, 0}, []byte(table), weights(n))
}

// holds fails unless a library opened anew has every model of Helium's, with its bytes.
func (h household) holds(t *testing.T, dir string) {
	t.Helper()
	l := h.hub.library(t, dir)
	for id, body := range h.bodies {
		f, err := l.Get(id)
		if err != nil {
			t.Errorf("in %s: %v", dir, err)
			continue
		}
		if got, err := os.ReadFile(f.Path); err == nil && !bytes.Equal(got, body) {
			t.Errorf("%s has other bytes in %s", id, dir)
		} else if err != nil { // a folder
			got, err := os.ReadFile(filepath.Join(f.Path, f.Pin.Files[0].Name))
			if err != nil || !bytes.Equal(got, body) {
				t.Errorf("%s in %s: %v, or other bytes", id, dir, err)
			}
		}
	}
}

// leftIn are the names below a folder, without locks and the folders of no file.
func leftIn(dir string) (names []string) {
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == ".locks" {
			return filepath.SkipDir
		}
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			names = append(names, rel)
		}
		return nil
	})
	return names
}

func TestModelsMoveAndOtherProgramsFilesStay(t *testing.T) {
	for name, other := range map[string]func(*testing.T) string{
		"to a folder of the same disk": func(t *testing.T) string { return t.TempDir() },
		"to another disk":              func(t *testing.T) string { return modelstest.Disk(t, 2<<30) },
	} {
		t.Run(name, func(t *testing.T) {
			old, fresh := t.TempDir(), filepath.Join(other(t), "models")
			home := furnish(t, old)
			if _, err := home.MakeDemo(t.Context()); err != nil {
				t.Fatal(err)
			}
			used := time.Now().Add(-90 * time.Minute)
			if _, release, err := home.Use(plainID); err != nil {
				t.Fatal(err)
			} else {
				release()
			}
			os.Chtimes(home.lockPath(plainID, useLock(plainID)), used, used)
			before, err := home.Show(plainID)
			if err != nil || before.Why != WhyTasks {
				t.Fatalf("%+v, %v", before, err)
			}
			to := home.hub.library(t, fresh)
			s, err := home.Survey(to)
			if err != nil {
				t.Fatal(err)
			}
			sameDisk := strings.Contains(name, "same")
			parts := home.partBytes(cutID)
			whole := int64(100_000+100_001+len(home.bodies[sharedA])) + parts
			if s.Bytes != whole || s.SameDisk != sameDisk || sameDisk && s.Missing != 0 || !sameDisk && s.Missing != whole ||
				!slices.Equal(s.Stay, []string{foreignID}) || len(s.Models) != 4 || parts == 0 {
				t.Errorf("the survey says %+v, of %d bytes", s, whole)
			}
			var last Progress
			if err := home.CopyTo(t.Context(), to, func(p Progress) { last = p }); err != nil {
				t.Fatal(err)
			}
			if last.Total != whole || last.Done > last.Total {
				t.Errorf("the progress ends at %+v", last)
			}
			home.holds(t, old)
			home.holds(t, fresh)
			freed, err := home.LeaveAllTo(t.Context(), to)
			if err != nil || freed != whole && freed <= whole-parts {
				t.Errorf("freed %d of %d, %v", freed, whole, err)
			}
			home.holds(t, fresh)
			if got, want := leftIn(old), "models--helium--demo models--owner--foreign"; reposOf(got) != want {
				t.Errorf("in the old folder there is %q", got)
			}
			after, err := to.Show(plainID)
			if err != nil || after.Why != WhyTasks || !after.LastTask.Equal(before.LastTask) || after.Removable != before.Removable {
				t.Errorf("facts are %+v, were %+v; %v", after, before, err)
			}
			if facts, err := to.Show("owner/model-1"); err != nil || facts.Why != WhyChosen {
				t.Errorf("facts of one that was not used are %+v, %v", facts, err)
			}
			// What was on its way goes on where it was.
			home.hub.sent.Store(0)
			if _, err := to.Download(t.Context(), cutID, testFile, nil); err != nil || home.hub.sent.Load() >= 300_000 {
				t.Errorf("the download began anew: %d bytes, %v", home.hub.sent.Load(), err)
			}
			for id := range home.bodies {
				if _, err := to.Remove(id); err != nil {
					t.Error(err)
				}
			}
			if got := reposOf(leftIn(fresh)); got != "models--owner--cut" {
				t.Errorf("after everything was removed there is %q", got)
			}
		})
	}
}

func reposOf(names []string) string {
	var repos []string
	for _, name := range names {
		repo, _, _ := strings.Cut(name, string(filepath.Separator))
		if !slices.Contains(repos, repo) {
			repos = append(repos, repo)
		}
	}
	return strings.Join(repos, " ")
}

// A process is killed at each step of a move, one after the other.
func TestAMoveThatIsKilledLosesNothingAndGoesOn(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]func(*testing.T) string{
		"to a folder of the same disk": func(t *testing.T) string { return t.TempDir() },
		"to another disk":              func(t *testing.T) string { return modelstest.Disk(t, 2<<30) },
	} {
		t.Run(name, func(t *testing.T) {
			disk := other(t)
			steps := 0
			for done := false; !done; steps++ {
				old, fresh := t.TempDir(), filepath.Join(disk, fmt.Sprint(steps))
				home := furnish(t, old)
				move := func(n int) error {
					cmd := exec.Command(program)
					cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|%d", moveEnv, old, fresh, n))
					out, err := cmd.CombinedOutput()
					if err != nil && len(out) > 0 {
						t.Fatalf("the move fails: %s", out)
					}
					return err
				}
				done = move(steps) == nil
				inForce := old
				if _, err := os.Stat(filepath.Join(fresh, "in-force")); err == nil {
					inForce = fresh
				}
				home.holds(t, inForce)
				if err := move(1000); err != nil {
					t.Fatal(err)
				}
				home.holds(t, fresh)
				if got, want := reposOf(leftIn(old)), "models--owner--foreign"; got != want {
					t.Errorf("killed at step %d, the old folder keeps %q", steps, got)
				}
				to := home.hub.library(t, fresh)
				for id := range home.bodies {
					if _, err := to.Remove(id); err != nil {
						t.Error(err)
					}
				}
				if _, err := to.Remove(cutID); err != nil {
					t.Error(err)
				}
				if got := leftIn(fresh); !slices.Equal(got, []string{"in-force"}) {
					t.Errorf("killed at step %d, nobody removes %q", steps, got)
				}
				if t.Failed() {
					t.Fatalf("killed at step %d", steps)
				}
			}
			if steps < 12 {
				t.Errorf("the move has only %d steps", steps)
			}
			t.Logf("killed at %d steps", steps-1)
		})
	}
}

func TestAMoveThatIsTakenBackLeavesNothing(t *testing.T) {
	old, fresh := t.TempDir(), modelstest.Disk(t, 2<<30)
	home := furnish(t, old)
	to := home.hub.library(t, fresh)
	ctx, stop := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	n := 0
	to.at = func(string) {
		if n++; n == 6 {
			stop(enough)
		}
	}
	if err := home.CopyTo(ctx, to, nil); !errors.Is(err, enough) {
		t.Fatal(err)
	}
	if len(leftIn(fresh)) == 0 {
		t.Fatal("nothing was copied yet")
	}
	if _, err := to.LeaveAllTo(t.Context(), home.Library); err != nil {
		t.Fatal(err)
	}
	if got := leftIn(fresh); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
	home.holds(t, old)
}

func TestBytesThatChangeOnTheWayAreNotTaken(t *testing.T) {
	old, fresh := t.TempDir(), modelstest.Disk(t, 2<<30)
	home := furnish(t, old)
	to := home.hub.library(t, fresh)
	// The file reads otherwise than when it was hashed, though it looks the same.
	f, err := home.Get(plainID)
	if err != nil {
		t.Fatal(err)
	}
	info, _ := os.Stat(f.Path)
	body, _ := os.ReadFile(f.Path)
	body[5000] ^= 1
	if err := errors.Join(os.WriteFile(real(f.Path), body, 0o644), os.Chtimes(real(f.Path), info.ModTime(), info.ModTime())); err != nil {
		t.Fatal(err)
	}
	if err := home.CopyTo(t.Context(), to, nil); codeOf(err) != CodeDamaged {
		t.Errorf("got %v", err)
	}
	if _, err := to.Get(plainID); !errors.Is(err, ErrNotHere) {
		t.Errorf("there it is %v", err)
	}
}

func TestAMoveIsRefusedWhereItCanNotBe(t *testing.T) {
	old := t.TempDir()
	home := furnish(t, old)
	small := modelstest.Disk(t, 1<<20)
	readOnly := filepath.Join(t.TempDir(), "file")
	os.WriteFile(readOnly, nil, 0o644)
	for name, c := range map[string]struct{ dir, code string }{
		"a folder in it":         {filepath.Join(old, "below"), CodeDisk},
		"the folder itself":      {old, CodeDisk},
		"a folder around it":     {filepath.Dir(old), CodeDisk},
		"a disk without room":    {small, CodeNoSpace},
		"what can't be a folder": {filepath.Join(readOnly, "x"), CodeDisk},
	} {
		to := &Library{dir: c.dir, free: freeSpace, ways: usualWays(), at: func(string) {}, notes: map[string]seenNote{}}
		if _, err := home.Survey(to); codeOf(err) != c.code {
			t.Errorf("%s: got %v", name, err)
		}
	}
	home.holds(t, old)
}

// The disk fills up though there seemed to be room.
func TestAMoveToADiskThatFillsUpGoesOnWhenThereIsRoom(t *testing.T) {
	old, fresh := t.TempDir(), modelstest.Disk(t, 1<<20)
	home := furnish(t, old)
	filler := filepath.Join(fresh, "filler")
	if err := os.WriteFile(filler, make([]byte, 800_000), 0o600); err != nil {
		t.Fatal(err)
	}
	to := home.hub.library(t, fresh)
	to.free = func(string) (int64, error) { return 1 << 40, nil }
	if err := home.CopyTo(t.Context(), to, nil); codeOf(err) != CodeNoSpace {
		t.Fatalf("on a full disk: %v", err)
	}
	home.holds(t, old)
	os.Remove(filler)
	if err := home.CopyTo(t.Context(), to, nil); err != nil {
		t.Fatal(err)
	}
	home.holds(t, fresh)
}

// A process is killed while it removes a model.
func TestARemovalThatIsKilledCanBeDoneAgain(t *testing.T) {
	dir := t.TempDir()
	home := furnish(t, dir)
	// As it is after the first step: the model is not whole any more, its bytes are there.
	n, err := home.readNote(home.notePath(plainID))
	if err != nil {
		t.Fatal(err)
	}
	n.set(entry{Pin: n.Models[0].Pin, Folder: false})
	n.Models[0].Pin.Files, n.Models[0].Pin.Revision = nil, ""
	if err := home.writeNote(n); err != nil {
		t.Fatal(err)
	}
	l := home.hub.library(t, dir)
	at := slices.IndexFunc(l.Unfinished(), func(u Unfinished) bool { return u.ID == plainID })
	if at < 0 || l.Unfinished()[at].Bytes != 100_000 {
		t.Fatalf("unfinished are %+v", l.Unfinished())
	}
	if freed, err := l.Remove(plainID); err != nil || freed != 100_000 {
		t.Errorf("freed %d, %v", freed, err)
	}
}
