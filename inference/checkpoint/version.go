package checkpoint

// DemoVersion names the demo model that this program makes: the first 16
// digits of the file's sha256. It says, without making the file, whether one
// that lies on disk is of today; a test in backend/models keeps it true.
const DemoVersion = "55c1b64f706e5fd4"
