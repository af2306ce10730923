// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/userprocess.h>

/// Sends its service the message that its settings name, so many "times", and then says "sent" as
/// its status. Answers whatever it is asked.
class Babbler : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override;
};
