// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/userprocess.h>

/// Counts who is connected to its service, every "interval_ms" (3000), and remembers the most, for
/// whoever asks.
class VisitorsProcess : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override;

private:
    qsizetype m_most = 0;
};
