// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/qprocesslauncher.h"

#include "launch/childsetup.h"
#include "launch/qprocesscompat.h"
#include "os/boundedwork.h"
#include "os/descriptorlimit.h"
#include "os/procfile.h"
#include "spec/signalname.h"

#include <QEvent>
#include <QSocketNotifier>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr int maximumInFlight = 32;

} // namespace

QProcessLaunch::QProcessLaunch(QProcessLauncher &launcher)
    : m_launcher(launcher)
    , m_process(std::make_unique<QProcess>())
{
    m_process->setStandardInputFile(QProcess::nullDevice());
    m_process->setProcessChannelMode(QProcess::ForwardedChannels);
    shareMemoryUntilExec(*m_process);
    connect(&m_report, &LaunchReport::over, this, &QProcessLaunch::reported);
    connect(m_process.get(), &QProcess::started, this, [this] {
        leaveQueue();
        m_isForked = true;
        for (auto *notifier : m_process->findChildren<QSocketNotifier *>())
            m_launcher.m_deaths.take(notifier);
        begin();
    });
    connect(m_process.get(), &QProcess::errorOccurred, this, &QProcessLaunch::errorOccurred);
    connect(m_process.get(), &QProcess::finished, this, &QProcessLaunch::finished);
}

QProcessLaunch::~QProcessLaunch()
{
    leaveQueue();
    forgetPid();
    m_process->disconnect(this);
    // What cannot be killed is left to the guardian: the destructor would wait for its end.
    if (m_process->state() != QProcess::NotRunning)
        static_cast<void>(m_process.release());
}

void QProcessLaunch::start(LaunchPlanner planner)
{
    m_planner = std::move(planner);
    m_launcher.enter(this);
}

void QProcessLaunch::execute()
{
    LaunchPlanner planner = std::exchange(m_planner, {});
    if (!planner)
        return; // stopped meanwhile
    m_inFlight = true;
    const LaunchPlan plan = planner();
    if (const auto *request = std::get_if<LaunchRequest>(&plan))
        execute(*request);
    else if (const auto *later = std::get_if<PlanLater>(&plan))
        postpone(std::move(planner), *later);
    else
        fail({.detail = std::get<QString>(plan)});
}

void QProcessLaunch::postpone(LaunchPlanner planner, const PlanLater &later)
{
    m_planner = std::move(planner);
    leaveQueue();
    const auto goOn = [this] {
        if (m_planner)
            m_launcher.enter(this);
    };
    connect(later.work.get(), &BoundedWork::over, this, goOn, Qt::SingleShotConnection);
}

void QProcessLaunch::execute(const LaunchRequest &request)
{
    const LaunchProgram &helper = m_launcher.m_program;
    if (!helper.problem().isEmpty())
        return fail({.detail = helper.problem(), .step = u"launcher"_s});
    const int report = m_report.open(m_launcher.m_deaths);
    if (report < 0)
        return fail({.detail = u"no pipe to hear from it: %1"_s.arg(qt_error_string(errno)),
            .step = u"report"_s,
            .error = errno});
    m_program = request.program;
    m_searchPath = request.environment.value(u"PATH"_s);
    const ChildSetup::Descriptors descriptors{.helper = helper.descriptor(),
        .report = report,
        .program = request.program == ownProgram ? m_launcher.m_ownProgram : -1};
    const auto setup = std::make_shared<const ChildSetup>(request, descriptors);
    m_process->setProgram(helper.path());
    m_process->setChildProcessModifier([setup] { setup->apply(); });
    m_process->start();
    m_report.closeChildsEnd();
    m_pid = m_process->processId();
    if (m_pid > 0)
        m_launcher.m_pids.insert(m_pid);
    for (auto *notifier : m_process->findChildren<QSocketNotifier *>())
        notifier->installEventFilter(this);
    m_process->setChildProcessModifier({}); // some kilobytes that only the start needed
}

void QProcessLaunch::fail(const LaunchFailure &failure)
{
    const auto tell = [this, failure] {
        leaveQueue();
        Q_EMIT failed(failure);
    };
    QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
}

void QProcessLaunch::begin()
{
    if (!m_isForked || m_report.isAwaited() || m_report.fault().step != ChildFault::Step::None
        || m_endedBefore || std::exchange(m_hasBegun, true))
        return;
    Q_EMIT started();
    if (const int number = std::exchange(m_missed, 0); number != 0 && pid() > 0)
        ::kill(-pid_t(pid()), number);
}

// The pipe closes when the program is executed, and when semper-launch is killed. One that is dead
// keeps its name until it is reaped. QProcess reaps at once where the kernel has no pidfd, and
// under AddressSanitizer: then it counts whether it was on its way when a signal was sent to it.
void QProcessLaunch::reported()
{
    if (m_pid > 0 && procfile::isEnding(pid_t(m_pid))) {
        const QString name = procfile::name(pid_t(m_pid));
        m_endedBefore
            = name.isEmpty() ? m_signalledBefore : name == QLatin1StringView(launchProgramName);
    }
    begin();
}

void QProcessLaunch::signal(int number, StopScope scope)
{
    if (std::exchange(m_planner, {})) { // its turn has not come, or is about to
        leaveQueue();
        const auto tell = [this] { Q_EMIT failed({.detail = u"stopped before it started"_s}); };
        QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
        return;
    }
    // Not reaped yet, so the number cannot belong to another process.
    if (const auto target = pid_t(pid()); target > 0) {
        m_signalledBefore = m_report.isAwaited();
        // Where QProcess does not wait for the exec, its group may not be there yet.
        if (::kill(scope == StopScope::Group ? -target : target, number) != 0 && errno == ESRCH)
            m_missed = number;
    }
}

bool QProcessLaunch::eventFilter(QObject *, QEvent *event)
{
    // QProcess does not tell a core dump from a plain kill; the kernel does until it reaped.
    if (event->type() == QEvent::SockAct && pid() > 0) {
        siginfo_t info{};
        if (::waitid(P_PID, id_t(pid()), &info, WEXITED | WNOHANG | WNOWAIT) == 0
            && info.si_pid != 0) {
            m_coreDumped = info.si_code == CLD_DUMPED;
            m_report.read();
        }
    }
    return false;
}

void QProcessLaunch::finished(int code, QProcess::ExitStatus status)
{
    forgetPid();
    m_report.read();
    if (const ChildFault &fault = m_report.fault(); fault.step != ChildFault::Step::None) {
        Q_EMIT failed(LaunchFailure::of(fault, m_program, m_searchPath));
        return;
    }
    ExitReport report{.at = QDateTime::currentDateTimeUtc()};
    if (status == QProcess::NormalExit) {
        report.code = code;
        m_endedBefore = false; // semper-launch says why it exits
    } else {
        report.signal = signalName(code);
    }
    report.coreDumped = m_coreDumped;
    if (m_endedBefore) {
        Q_EMIT failed({.detail = u"%1 before it was executed"_s.arg(report.describe()),
            .step = u"execute"_s});
        return;
    }
    begin();
    Q_EMIT ended(report);
}

void QProcessLaunch::errorOccurred(QProcess::ProcessError error)
{
    // finished() follows; and QProcess may tell of one failure twice.
    if (error != QProcess::FailedToStart || std::exchange(m_hasFailed, true))
        return;
    leaveQueue();
    forgetPid();
    Q_EMIT failed({.detail = m_process->errorString(), .step = u"fork"_s});
}

void QProcessLaunch::leaveQueue()
{
    m_launcher.leave(this);
}

void QProcessLaunch::forgetPid()
{
    m_launcher.m_pids.remove(std::exchange(m_pid, 0));
}

QProcessLauncher::~QProcessLauncher()
{
    if (m_ownProgram >= 0)
        ::close(m_ownProgram);
}

QProcessLauncher::QProcessLauncher()
    : m_ownProgram(::open(ownProgram.data(), O_PATH | O_CLOEXEC))
{
    raiseDescriptorLimit();
}

std::unique_ptr<Launch> QProcessLauncher::create()
{
    return std::make_unique<QProcessLaunch>(*this);
}

void QProcessLauncher::enter(QProcessLaunch *launch)
{
    if (m_inFlight >= maximumInFlight) {
        m_waiting.push_back(launch);
        return;
    }
    ++m_inFlight;
    launch->execute();
}

void QProcessLauncher::leave(QProcessLaunch *launch)
{
    std::erase(m_waiting, launch);
    if (!std::exchange(launch->m_inFlight, false))
        return;
    --m_inFlight;
    if (m_waiting.empty())
        return;
    QProcessLaunch *next = m_waiting.front();
    m_waiting.pop_front();
    ++m_inFlight;
    // From the event loop: leave() may run inside a signal of the launch that leaves.
    QMetaObject::invokeMethod(
        next, [next] { next->execute(); }, Qt::QueuedConnection);
    next->m_inFlight = true;
}

} // namespace semper
