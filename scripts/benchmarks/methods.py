class Account:
    def __init__(self, start):
        self.balance = start
        self.changes = 0

    def deposit(self, amount):
        self.balance += amount
        self.changes += 1
        return self.balance

    def spend(self, amount, fee=1):
        if self.balance < amount + fee:
            return False
        self.balance -= amount + fee
        self.changes += 1
        return True

    def audit(self, limit):
        return 1 if self.balance > limit else 0


def run(n):
    a = Account(100)
    spent = 0
    seen = 0
    for i in range(n):
        a.deposit(i % 10)
        if a.spend(7):
            spent += 1
        seen += a.audit(50)
    return [a.balance, a.changes, spent, seen]


a, b, c, d = run(1_000_000)
print(a, b, c, d)
