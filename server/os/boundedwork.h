// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/patienttimer.h"

#include <semper/semper_server_export.h>

#include <QObject>
#include <QSocketNotifier>
#include <QString>

#include <chrono>
#include <functional>
#include <future>
#include <memory>

namespace semper {

/// Runs \a work, which must own all that it touches, on a thread of its own without signals. Does
/// not block. The future becomes ready at its end. Throws std::system_error where no thread is to
/// be had.
[[nodiscard]] std::shared_future<void> beginDetached(std::function<void()> work);

/// Work that a file system which does not answer may hold up for ever, on a thread of its own,
/// which then outlives whoever asked for it. The thread of its event loop.
class SEMPER_SERVER_EXPORT BoundedWork : public QObject
{
    Q_OBJECT
public:
    /// Begins. \a work must own all that it touches.
    [[nodiscard]] static std::shared_ptr<BoundedWork> begin(
        std::function<void()> work, std::chrono::milliseconds limit);
    ~BoundedWork() override;

    /// It has come to its end, and what it has written can be read.
    [[nodiscard]] bool isDone() const;
    /// over() was told: it is done, or has had its time.
    [[nodiscard]] bool isOver() const { return m_isOver; }
    /// Why it was not begun, which counts as done; empty: it was.
    [[nodiscard]] const QString &problem() const { return m_problem; }

Q_SIGNALS:
    void over(); ///< once, from the event loop

private:
    BoundedWork(std::function<void()> work, std::chrono::milliseconds limit);
    void refuse(const QString &problem);
    void end();
    void closePipe();

    std::shared_future<void> m_work;
    QString m_problem;
    int m_pipe = -1; ///< whose other end the thread closes
    std::unique_ptr<QSocketNotifier> m_closed;
    PatientTimer m_limit;
    bool m_isOver = false;
};

} // namespace semper
