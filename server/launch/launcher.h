// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/childsettings.h"
#include "launch/launchfailure.h"
#include "protocol/processstatus.h"

#include <semper/processspec.h>
#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QObject>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

#include <functional>
#include <memory>
#include <variant>

namespace semper {

class BoundedWork;

/// As the program of a launch: the server's own, whatever has become of its file since it was
/// started.
inline constexpr QLatin1StringView ownProgram{"/proc/self/exe"};

/// What to execute, ready to go.
struct LaunchRequest
{
    QString program = {}; ///< without a slash it is looked for in the environment's PATH
    QStringList arguments = {};
    QString directory = {}; ///< empty: the server's
    QProcessEnvironment environment = {};
    ChildSettings settings = {};
    int outputDescriptor
        = -1; ///< becomes the child's standard output and error; stays the caller's
    int hubDescriptor = -1; ///< stays open in the child under its number; stays the caller's
    bool saysWhenReady = false; ///< it is to find a socket in NOTIFY_SOCKET
};

/// A plan that cannot be made before  work is over.
struct PlanLater
{
    std::shared_ptr<BoundedWork> work;
};

/// What is to be launched, or why it cannot be.
using LaunchPlan = std::variant<LaunchRequest, QString, PlanLater>;

/// Makes the plan of a launch whose turn has come: thousands may wait for theirs, and each plan has
/// an environment and descriptors of its own.
using LaunchPlanner = std::function<LaunchPlan()>;

/// One execution of a program: an edge of the house, with one real and one fake implementation.
/// A launch leads a session of its own: its pid is that session's and process group's id.
class SEMPER_SERVER_EXPORT Launch : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// Begins; started(), once the program is executed, or failed() follows from the event loop,
    /// however long the program's file system takes to answer. \a planner is asked here or from the
    /// event loop, unless the launch is ended before its turn; once, and again after each plan that
    /// was for later, in whose place others have their turn. Does not block.
    virtual void start(LaunchPlanner planner) = 0;
    /// 0 before the fork and after the end.
    [[nodiscard]] virtual qint64 pid() const = 0;
    virtual void signal(int number, StopScope scope) = 0;
    /// Its children live as long as \a heir from now on: what is left of it may need them.
    void bequeath(QObject &heir)
    {
        const QObjectList estate = children();
        for (QObject *child : estate)
            child->setParent(&heir);
    }

Q_SIGNALS:
    void started();
    /// Nothing was executed; ended() does not follow.
    void failed(const semper::LaunchFailure &failure);
    void ended(const semper::ExitReport &report); ///< the uptime is not filled in
};

/// Makes launches.
class Launcher
{
public:
    virtual ~Launcher() = default;
    [[nodiscard]] virtual std::unique_ptr<Launch> create() = 0;
    /// Whether \a pid is a launch's, from its fork until its end was taken note of.
    [[nodiscard]] virtual bool owns(qint64 pid) const = 0;
};

} // namespace semper
