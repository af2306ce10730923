// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>

namespace semper {

/// Wakes the event loop of the thread that makes it from any other. Carries nothing: what there is
/// to see waits under a std::mutex. By a descriptor and not by an event, whose way leads through
/// locks and lists within Qt, into which ThreadSanitizer does not see.
class Doorbell : public QObject
{
    Q_OBJECT
public:
    Doorbell();
    ~Doorbell() override;

    /// Any thread; does not block.
    void ring() const;

Q_SIGNALS:
    void heard(); ///< once, however often it rang meanwhile

private:
    void answer();

    int m_descriptor;
    QSocketNotifier m_notifier;
};

} // namespace semper
