package api

import (
	"context"
	"time"

	"helium/backend/protocol"
)

// Models is what happens with the models now; ModelsService has the rest.
type Models struct {
	// Revision is another one whenever Models would return something else.
	Revision  uint64          `json:"revision"`
	Downloads []ModelDownload `json:"downloads"`
	Leaving   []LeavingModel  `json:"leaving"`
	// Move to another folder, while there is one.
	Move *ModelMove `json:"move,omitempty"`
}

// DownloadStatus is where a download stands.
type DownloadStatus string

const (
	// DownloadQueued: others come first.
	DownloadQueued DownloadStatus = "queued"
	// DownloadFetching: its bytes come, or are checked.
	DownloadFetching DownloadStatus = "fetching"
	// DownloadPaused by the person.
	DownloadPaused DownloadStatus = "paused"
	// DownloadStuck: it goes on by itself when what is in the way is over.
	DownloadStuck DownloadStatus = "stuck"
	// DownloadFailed: it waits for the person.
	DownloadFailed DownloadStatus = "failed"
)

// ModelDownload is a model on its way.
type ModelDownload struct {
	ID       string         `json:"id"`
	Status   DownloadStatus `json:"status"`
	Progress ModelProgress  `json:"progress"`
	// Reason says why it is stuck or has failed.
	Reason *protocol.Reason `json:"reason,omitempty"`
}

// ModelProgress is how far bytes have come.
type ModelProgress struct {
	// Stage is "waiting" for another program, "fetching", "moving" or "checking"; empty
	// before the first.
	Stage string `json:"stage"`
	Done  int64  `json:"done"`
	// Total is 0 while it is unknown.
	Total          int64 `json:"total"`
	BytesPerSecond int64 `json:"bytes_per_second"`
	// SecondsLeft at the present speed; 0 while it is unknown.
	SecondsLeft int `json:"seconds_left"`
}

// LeavingModel is a model that is to go.
type LeavingModel struct {
	ID string `json:"id"`
	// Stage is "tells" until the network knows and no task works with it, and then
	// "removes". Until then KeepModel takes it back.
	Stage string `json:"stage"`
	// Reason says why it is still here, where that is not only a matter of time.
	Reason *protocol.Reason `json:"reason,omitempty"`
}

// ModelMove is the way of all models to another folder.
type ModelMove struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Stage is "copies" while the old folder is in use, "clears" once the new one is,
	// "undoes" when it was taken back.
	Stage    string           `json:"stage"`
	Progress ModelProgress    `json:"progress"`
	Reason   *protocol.Reason `json:"reason,omitempty"`
}

// ModelList is what is here, and what may be.
type ModelList struct {
	// Folder of the models; Usual says that it is the one that other programs use too.
	Folder string `json:"folder"`
	Usual  bool   `json:"usual"`
	// Reason says why the folder can't be used; nothing is listed then.
	Reason *protocol.Reason `json:"reason,omitempty"`
	Disk   ModelDisk        `json:"disk"`
	Models []Model          `json:"models"`
	// Offers are models that tasks often ask for and that are not here, the smallest
	// first.
	Offers []ModelOffer `json:"offers"`
}

// ModelDisk is what the models take, in bytes.
type ModelDisk struct {
	// Fetched by Helium, and Made of that by its engine, count towards the limit.
	Fetched int64 `json:"fetched"`
	Made    int64 `json:"made"`
	// Others is what other programs fetched and Helium uses.
	Others int64 `json:"others"`
	// Limit is 0 where there is none.
	Limit int64 `json:"limit"`
	// Free and Size of the disk; 0 where that can't be told.
	Free int64 `json:"free"`
	Size int64 `json:"size"`
}

// WhyModel is why a model is here.
type WhyModel string

const (
	// WhyBuiltIn: Helium makes it itself.
	WhyBuiltIn WhyModel = "built_in"
	// WhyFirst: it was chosen when Helium was set up.
	WhyFirst WhyModel = "first"
	// WhyChosen: somebody chose it.
	WhyChosen WhyModel = "chosen"
	// WhyTasks: tasks of the network used it.
	WhyTasks WhyModel = "tasks"
	// WhyForeign: another program fetched it; Helium does not delete it.
	WhyForeign WhyModel = "foreign"
	// WhyUnfinished: its download was cut.
	WhyUnfinished WhyModel = "unfinished"
)

// ModelKind is what a model makes.
type ModelKind string

const (
	ModelText   ModelKind = "text"
	ModelImages ModelKind = "images"
	// ModelPart goes with a model of images.
	ModelPart ModelKind = "part"
)

// Model is a model that is here.
type Model struct {
	// ID as tasks name it. Name is that for people: of an address it leaves out what
	// may be secret.
	ID   string    `json:"id"`
	Name string    `json:"name"`
	Kind ModelKind `json:"kind"`
	// Bytes of its files, and how many of them deleting it frees.
	Bytes int64 `json:"bytes"`
	Frees int64 `json:"frees"`
	// Shares are the models that have some of the same files; those count once.
	Shares []string `json:"shares"`
	Why    WhyModel `json:"why"`
	// Came is when it came, LastTask when a task last used it.
	Came     *time.Time `json:"came,omitempty"`
	LastTask *time.Time `json:"last_task,omitempty"`
	InUse    bool       `json:"in_use"`
	// Memory that it takes, in bytes, and whether this computer has as much; Memory is
	// 0 where that is unknown.
	Memory uint64 `json:"memory"`
	Fits   bool   `json:"fits"`
}

// ModelOffer is a model that can be fetched.
type ModelOffer struct {
	ID   string    `json:"id"`
	Kind ModelKind `json:"kind"`
	// Bytes, about.
	Bytes int64 `json:"bytes"`
	Fits  bool  `json:"fits"`
}

// ModelPreview is what a model is that is not here.
type ModelPreview struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// File of the repository, where it is one of several.
	File string    `json:"file"`
	Kind ModelKind `json:"kind"`
	// Bytes of its files, and those of them that have to be fetched.
	Bytes   int64  `json:"bytes"`
	Missing int64  `json:"missing"`
	Memory  uint64 `json:"memory"`
	Fits    bool   `json:"fits"`
	Here    bool   `json:"here"`
	// Going are models that would be deleted to keep to the limit; OverLimit says that
	// even then there would be too much.
	Going     []string `json:"going"`
	OverLimit bool     `json:"over_limit"`
	// Short is how many bytes are missing on the disk.
	Short int64 `json:"short"`
}

// LimitPreview is what a limit would do.
type LimitPreview struct {
	// Going are the models that would be deleted, the longest unused first.
	Going []string `json:"going"`
	Frees int64    `json:"frees"`
	// Over is what would be above the limit even then, because it is in use.
	Over int64 `json:"over"`
}

// FolderPreview is what moving to another folder would do.
type FolderPreview struct {
	// Folder that the models would be in.
	Folder string `json:"folder"`
	Bytes  int64  `json:"bytes"`
	// Copies is how much of that has to be written; nothing on the same disk.
	Copies   int64 `json:"copies"`
	Free     int64 `json:"free"`
	SameDisk bool  `json:"same_disk"`
	// Stay are models of other programs, which stay where they are and are not used
	// any more.
	Stay []string `json:"stay"`
}

// ModelsService is the models of this computer. Its errors are sentences for the
// person.
type ModelsService interface {
	Models(ctx context.Context) (ModelList, error)

	// LookUpModel asks where a model comes from. The text is its id, or the address of
	// its page or file.
	LookUpModel(ctx context.Context, text string) (ModelPreview, error)
	// FetchModel adds what LookUpModel would find to the downloads.
	FetchModel(ctx context.Context, text string) error
	// PauseModel and ResumeModel hold a download and let it go on. CancelModel takes it
	// back, with what came of it.
	PauseModel(ctx context.Context, id string) error
	ResumeModel(ctx context.Context, id string) error
	CancelModel(ctx context.Context, id string) error

	// DeleteModel has a model go, as soon as the network does not count on it any more.
	// KeepModel takes that back.
	DeleteModel(ctx context.Context, id string) error
	KeepModel(ctx context.Context, id string) error

	// LookAtModelLimit tells what SetModelLimit would do; 0 is no limit. going are the
	// models that the person was told would go.
	LookAtModelLimit(ctx context.Context, bytes int64) (LimitPreview, error)
	SetModelLimit(ctx context.Context, bytes int64, going []string) error

	// LookAtModelFolder tells what MoveModels would do.
	LookAtModelFolder(ctx context.Context, folder string) (FolderPreview, error)
	MoveModels(ctx context.Context, folder string) error
	// RetryMoveModels goes on at once, CancelMoveModels goes back to the old folder.
	RetryMoveModels(ctx context.Context) error
	CancelMoveModels(ctx context.Context) error
	// UseModelFolder takes another folder where the present one is lost; empty takes
	// the usual one.
	UseModelFolder(ctx context.Context, folder string) error
}
