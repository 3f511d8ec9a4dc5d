package agent

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"helium/app/api"
	"helium/app/shelf"
	"helium/backend/hardware"
	"helium/backend/models"
	"helium/backend/node"
	"helium/backend/protocol"
)

// openShelf opens the models of this user, or those of the folder that was given.
func (a *Agent) openShelf() (err error) {
	usual := a.cfg.ModelsDir
	if usual == "" {
		if usual, err = models.DefaultDir(); err != nil {
			return err
		}
	}
	a.shelf, err = shelf.Open(shelf.Config{
		DataDir: a.cfg.DataDir, Usual: usual, Options: models.Options{Log: a.log, Proxy: a.prefs.proxy}, Log: a.log, Changed: a.modelsChanged,
		Opened: func(l *models.Library) {
			if err := a.prefs.turn(l); err != nil {
				a.log.Warn("turn to the hub of the settings", "err", err)
			}
		},
	})
	return err
}

// library is the models in the folder that is in force.
func (a *Agent) library() (*models.Library, error) { return a.shelf.Library() }

// modelsChanged shows what has become of the models.
func (a *Agent) modelsChanged() {
	a.showingModels.Lock()
	s := a.shelf.Status()
	before := a.hub.get().Models.Revision
	ids := []string{}
	if s.Revision != before {
		for _, f := range a.shelf.List() {
			ids = append(ids, f.Pin.ID)
		}
	}
	a.hub.change(func(state *api.State) {
		state.Models = shownModels(s)
		if s.Revision != before {
			state.Engine.Models = ids
		}
	})
	a.showingModels.Unlock()
	a.showSetup()
}

// showModels shows which models are here.
func (a *Agent) showModels() {
	ids := []string{}
	for _, f := range a.shelf.List() {
		ids = append(ids, f.Pin.ID)
	}
	a.hub.change(func(s *api.State) { s.Engine.Models = ids })
}

func shownModels(s shelf.Status) api.Models {
	out := api.Models{Revision: s.Revision, Downloads: []api.ModelDownload{}, Leaving: []api.LeavingModel{}}
	for _, d := range s.Downloads {
		out.Downloads = append(out.Downloads, api.ModelDownload{
			ID: d.ID, Status: api.DownloadStatus(d.Status), Progress: shownProgress(d.Progress), Reason: d.Reason,
		})
	}
	for _, l := range s.Leaving {
		out.Leaving = append(out.Leaving, api.LeavingModel{ID: l.ID, Stage: string(l.Stage), Reason: l.Reason})
	}
	if m := s.Move; m != nil {
		out.Move = &api.ModelMove{From: m.From, To: m.To, Stage: m.Stage, Progress: shownProgress(m.Progress), Reason: m.Reason}
	}
	return out
}

func shownProgress(p models.Progress) api.ModelProgress {
	return api.ModelProgress{
		Stage: p.Stage, Done: p.Done, Total: p.Total, BytesPerSecond: p.BytesPerSecond, SecondsLeft: int(p.Left().Seconds()),
	}
}

// memoryForModels is what models may take here, in bytes; 0 until the engine runs.
// Where a processor runs them, larger ones would answer later than the network waits.
func (a *Agent) memoryForModels() uint64 {
	a.mu.Lock()
	memory := a.modelMemory
	a.mu.Unlock()
	if a.hub.get().Hardware.Kind == string(hardware.CPU) {
		memory = min(memory, slowMost)
	}
	return memory
}

// Models is what is here, and what may be.
func (a *Agent) Models(context.Context) (api.ModelList, error) {
	list := api.ModelList{Models: []api.Model{}, Offers: []api.ModelOffer{}}
	list.Folder, list.Usual = a.shelf.Folder()
	library, err := a.library()
	if err != nil {
		list.Reason = &protocol.Reason{Code: string(api.NoticeModels), Title: "The models can't be read", Detail: err.Error(), Action: "Helium tries again by itself."}
		if reason := (protocol.Reason{}); errors.As(err, &reason) {
			list.Reason = &reason
		}
		return list, nil
	}
	u := library.Usage()
	list.Disk = api.ModelDisk{Fetched: u.Fetched, Made: u.Made, Others: u.Others, Free: u.Free, Size: u.Disk, Limit: library.Limit()}
	a.mu.Lock()
	first, limit := a.run.Model, a.modelMemory
	a.mu.Unlock()
	here := map[string]bool{}
	for _, f := range library.List() {
		facts, err := library.Show(f.Pin.ID)
		if errors.Is(err, models.ErrNotHere) {
			continue // removed meanwhile
		}
		if err != nil {
			return list, err
		}
		here[f.Pin.ID] = true
		list.Models = append(list.Models, a.shownModel(library, facts, first, limit))
	}
	for _, u := range library.Unfinished() {
		if here[u.ID] || a.onItsWay(u.ID) {
			continue
		}
		list.Models = append(list.Models, api.Model{
			ID: u.ID, Name: models.Label(u.ID), Kind: api.ModelText, Bytes: u.Bytes, Frees: u.Bytes, Shares: []string{}, Why: api.WhyUnfinished,
		})
	}
	for _, o := range offers() {
		if !here[o.id] && !a.onItsWay(o.id) {
			list.Offers = append(list.Offers, api.ModelOffer{ID: o.id, Kind: o.kind, Bytes: o.bytes, Fits: o.memory <= a.memoryForModels()})
		}
	}
	return list, nil
}

func (a *Agent) onItsWay(id string) bool {
	return slices.ContainsFunc(a.shelf.Status().Downloads, func(d shelf.Download) bool { return d.ID == id })
}

func (a *Agent) shownModel(library *models.Library, f models.Facts, first string, limit uint64) api.Model {
	m := api.Model{
		ID: f.Pin.ID, Name: models.Label(f.Pin.ID), Kind: api.ModelKind(library.Kind(f.File)), Bytes: f.Bytes(), Frees: f.Removable,
		Shares: append([]string{}, f.Shares...), Why: api.WhyModel(f.Why), InUse: f.InUse, Fits: true,
	}
	if m.Why == api.WhyChosen && f.Pin.ID == first {
		m.Why = api.WhyFirst
	}
	if !f.LastTask.IsZero() {
		m.LastTask = &f.LastTask
	}
	if info, err := os.Stat(f.Path); err == nil {
		at := info.ModTime()
		m.Came = &at
	}
	if m.Kind != api.ModelPart {
		m.Memory = a.needs(f)
		m.Fits = limit == 0 || m.Memory <= limit
	}
	return m
}

// needs is how much memory a model takes; 0 where that can't be told. Reading that of
// a large one takes a moment, so what is known is kept.
func (a *Agent) needs(f models.Facts) uint64 {
	key := f.Path + " " + f.Pin.ID
	a.mu.Lock()
	needs, ok := a.modelNeeds[key]
	a.mu.Unlock()
	if ok {
		return needs
	}
	needs, err := node.Needs(f.Path)
	if err != nil {
		needs = 0
	}
	a.mu.Lock()
	if a.modelNeeds == nil {
		a.modelNeeds = map[string]uint64{}
	}
	a.modelNeeds[key] = needs
	a.mu.Unlock()
	return needs
}

// wantedModel reads what a person typed or pasted: an id, the address of a page or of
// a file of Hugging Face, or that of another file.
func wantedModel(text string) (models.Want, error) {
	text = strings.TrimSpace(text)
	for _, o := range offers() {
		if o.id == text {
			return models.Want{ID: o.id, File: o.file}, nil
		}
	}
	if text == "" {
		return models.Want{}, say("model_empty", "Type a model's name, as in “Qwen/Qwen3-4B-GGUF”, or paste the address of its page.")
	}
	want := models.Want{ID: text}
	if rest, ok := cutHub(text); ok {
		want = ofHub(rest)
	} else if id, file, ok := strings.Cut(text, "#"); ok && strings.HasSuffix(strings.ToLower(file), ".gguf") {
		want = models.Want{ID: id, File: file} // tasks name a GGUF file by its repository
	}
	if err := models.CheckID(want.ID); err != nil {
		return want, say("model_name", "This is no model's name. A name looks like “Qwen/Qwen3-4B-GGUF”. An address begins with https:// and leads to a file. ({why})", err)
	}
	return want, nil
}

// cutHub takes the hub's address from what follows it.
func cutHub(text string) (rest string, ok bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "" {
		return "", false
	}
	host, p := u.Host, u.Path
	if u.Scheme == "" {
		host, p, _ = strings.Cut(strings.TrimPrefix(text, "//"), "/")
	}
	switch strings.ToLower(host) {
	case "huggingface.co", "www.huggingface.co", "hf.co":
		return strings.Trim(p, "/"), true
	}
	return "", false
}

// ofHub reads OWNER/NAME, OWNER/NAME/tree/… and OWNER/NAME/blob/REVISION/FILE.
func ofHub(rest string) models.Want {
	parts := strings.Split(strings.TrimPrefix(rest, "models/"), "/")
	if len(parts) < 2 {
		return models.Want{ID: rest}
	}
	w := models.Want{ID: parts[0] + "/" + parts[1]}
	if len(parts) < 5 || parts[2] != "blob" && parts[2] != "resolve" {
		return w
	}
	switch file := path.Join(parts[4:]...); {
	case strings.HasSuffix(strings.ToLower(file), ".gguf"):
		w.File = file
	case strings.HasSuffix(strings.ToLower(file), ".safetensors"):
		w.ID += "#" + file
	}
	return w
}

// LookUpModel says what a model is that is not here.
func (a *Agent) LookUpModel(ctx context.Context, text string) (api.ModelPreview, error) {
	want, err := wantedModel(text)
	if err != nil {
		return api.ModelPreview{}, err
	}
	library, err := a.library()
	if err != nil {
		return api.ModelPreview{}, forPerson(err)
	}
	p, err := library.Preview(ctx, want)
	if err != nil {
		return api.ModelPreview{}, forPerson(err)
	}
	_, err = library.Get(want.ID)
	going := library.Leaving(want.ID, p.Missing, library.Limit())
	out := api.ModelPreview{
		ID: p.ID, Name: models.Label(p.ID), File: p.File, Kind: api.ModelKind(p.Kind), Bytes: p.Bytes, Missing: p.Missing,
		Memory: p.Memory, Here: err == nil, Going: append([]string{}, going.IDs...), OverLimit: going.Over > 0,
	}
	memory := a.memoryForModels()
	out.Fits = memory == 0 || p.Memory <= memory
	out.Short = library.Short(p.Missing - going.Bytes)
	return out, nil
}

// forPerson makes one sentence, or a few, of an error that holds a reason.
func forPerson(err error) error {
	var reason protocol.Reason
	if !errors.As(err, &reason) {
		return err
	}
	parts := []string{reason.Title + ".", capital(reason.Detail), reason.Action}
	return &reasonError{reason, strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " ")}
}

// reasonError is a reason in sentences, which over JSON-RPC is the error's data.
type reasonError struct {
	protocol.Reason
	text string
}

func (e *reasonError) Error() string { return e.text }

// capital makes a sentence of words.
func capital(s string) string {
	if s == "" {
		return ""
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// FetchModel adds a model to the downloads.
func (a *Agent) FetchModel(_ context.Context, text string) error {
	want, err := wantedModel(text)
	if err != nil {
		return err
	}
	return forPerson(a.shelf.Want(want, false))
}

// PauseModel holds a download, ResumeModel lets it go on, CancelModel takes it back.
func (a *Agent) PauseModel(_ context.Context, id string) error  { return a.shelf.Pause(id) }
func (a *Agent) ResumeModel(_ context.Context, id string) error { return a.shelf.Resume(id) }
func (a *Agent) CancelModel(_ context.Context, id string) error {
	if !a.onItsWay(id) {
		return say("download_over", "This download is over.")
	}
	return forPerson(a.shelf.Remove(id))
}

// DeleteModel has a model go, KeepModel takes that back.
func (a *Agent) DeleteModel(_ context.Context, id string) error { return forPerson(a.shelf.Remove(id)) }
func (a *Agent) KeepModel(_ context.Context, id string) error   { return a.shelf.Keep(id) }

// LookAtModelLimit tells what a limit would do.
func (a *Agent) LookAtModelLimit(_ context.Context, bytes int64) (api.LimitPreview, error) {
	library, err := a.library()
	if err != nil {
		return api.LimitPreview{}, forPerson(err)
	}
	going := library.Leaving("", 0, bytes)
	return api.LimitPreview{Going: append([]string{}, going.IDs...), Frees: going.Bytes, Over: going.Over}, nil
}

// SetModelLimit sets it.
func (a *Agent) SetModelLimit(_ context.Context, bytes int64, going []string) error {
	return forPerson(a.shelf.SetLimit(bytes, going))
}

// LookAtModelFolder tells what moving to a folder would do.
func (a *Agent) LookAtModelFolder(_ context.Context, folder string) (api.FolderPreview, error) {
	p, err := a.shelf.Survey(folder)
	if err != nil {
		return api.FolderPreview{}, forPerson(err)
	}
	return api.FolderPreview{
		Folder: p.Dir, Bytes: p.Bytes, Copies: p.Missing, Free: p.Free, SameDisk: p.SameDisk, Stay: append([]string{}, p.Stay...),
	}, nil
}

// MoveModels moves all models to a folder.
func (a *Agent) MoveModels(_ context.Context, folder string) error {
	return forPerson(a.shelf.Move(folder))
}

// RetryMoveModels goes on with a move at once, CancelMoveModels takes it back.
func (a *Agent) RetryMoveModels(context.Context) error  { return a.shelf.RetryMove() }
func (a *Agent) CancelMoveModels(context.Context) error { return a.shelf.CancelMove() }

// UseModelFolder takes another folder where the present one is lost.
func (a *Agent) UseModelFolder(_ context.Context, folder string) error {
	if err := a.shelf.UseFolder(folder); err != nil {
		return forPerson(err)
	}
	a.wake()
	return nil
}

// chosen is the download of the first run's model, as the first run shows it.
func (a *Agent) chosen(id string) (*api.Download, *protocol.Reason) {
	for _, d := range a.shelf.Status().Downloads {
		if d.ID != id {
			continue
		}
		if d.Status == shelf.Failed || d.Status == shelf.Stuck {
			return nil, d.Reason
		}
		p := d.Progress
		stage := p.Stage
		if d.Status != shelf.Fetching || stage == "" {
			stage = models.StageWaiting
		}
		return &api.Download{Stage: stage, Done: p.Done, Total: p.Total, SecondsLeft: int(p.Left() / time.Second)}, nil
	}
	return nil, nil
}

// ChooseModel begins to fetch a model, in place of another.
func (a *Agent) ChooseModel(_ context.Context, id string) error {
	known := slices.ContainsFunc(a.firstModels(), func(m api.FirstModel) bool { return m.ID == id })
	if !known {
		return fmt.Errorf("%.100q is none of the models to begin with", id)
	}
	before := ""
	err := a.changeRun(func(r *firstRun) error {
		before = r.Model
		r.Model = id
		return nil
	})
	if err != nil {
		return err
	}
	if before != id && before != "" {
		a.shelf.Drop(before)
	}
	return a.fetchChosen(id)
}

// fetchChosen fetches the model to begin with before all others.
func (a *Agent) fetchChosen(id string) error {
	for _, o := range offers() {
		if o.id == id {
			return forPerson(a.shelf.Want(models.Want{ID: o.id, File: o.file}, true))
		}
	}
	return nil
}
