// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>

#include <memory>

namespace semper {

class BoundedWork;

/// Connects to the Unix socket at a path whose file system may not answer: connect(2) looks for it,
/// so it is called elsewhere. Goes on for as long as it lives: who waits for it has a limit of
/// their own. Supervision's thread.
class PathConnection : public QObject
{
    Q_OBJECT
public:
    explicit PathConnection(QString path);
    ~PathConnection() override;

    /// Does not block; connected() or failed() follows from the event loop, or nothing does.
    void start();

Q_SIGNALS:
    void connected(int descriptor); ///< the listener's to close
    void failed(const QString &why);

private:
    struct Attempt;
    void over();

    QString m_path;
    std::shared_ptr<Attempt> m_attempt; ///< the thread's, until its work is done
    std::shared_ptr<BoundedWork> m_work;
    QTimer m_again; ///< where its listener has no room, or too many wait for the path
};

} // namespace semper
